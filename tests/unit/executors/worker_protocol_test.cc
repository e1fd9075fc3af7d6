// The clients of docs/worker_protocol.md, taken out of the document and run.
#include <sys/wait.h>

#include <cstdlib>

#include "process_rig.h"
#include "support/source_directory.h"

namespace luthier {
namespace {

std::string snippet(const std::string& language) {
  std::ifstream in(testing::source_directory() / "docs/worker_protocol.md");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::string opening = "```" + language + "\n";
  const auto start = text.find(opening);
  EXPECT_NE(start, std::string::npos) << language;
  const auto from = start + opening.size();
  return text.substr(from, text.find("```", from) - from);
}

class WorkerProtocol : public ProcessRig {
 protected:
  // Pauses after the second result, goes on, and sees the other three.
  void try_client(const std::vector<std::string>& command) {
    auto& driver = open({.command = command});
    driver.decide = [](const Reported& result) {
      return Reply{.kind = result.training_iteration == 1   ? DecisionKind::checkpoint
                           : result.training_iteration == 2 ? DecisionKind::pause
                                                            : DecisionKind::proceed};
    };
    const auto first = run(request());
    EXPECT_EQ(first.ends[0].outcome, Outcome::paused) << first.ends[0].message;
    EXPECT_EQ(first.results.size(), 2u);
    ASSERT_EQ(first.checkpoints.size(), 2u);

    auto again = request();
    again.id.attempt = 2;
    again.iteration = 2;
    again.restore_from = first.checkpoints[1].directory;
    const auto second = run(again);
    EXPECT_EQ(second.ends[0].outcome, Outcome::returned) << second.ends[0].message;
    ASSERT_EQ(second.results.size(), 3u);
    EXPECT_EQ(second.results[0].training_iteration, 3);
    EXPECT_LT(second.results[2].metrics.number("loss"),
              first.results[0].metrics.number("loss") / 4);

    driver.decide = [](const Reported&) { return Reply{.kind = DecisionKind::stop}; };
    const auto stopped = run(request(1));
    EXPECT_EQ(stopped.ends[0].outcome, Outcome::stopped);
    EXPECT_EQ(stopped.results.size(), 1u);
  }
  std::string write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::ofstream(path) << text;
    return path.string();
  }
};

TEST_F(WorkerProtocol, PythonClient) {
  try_client({"python3", write("client.py", snippet("python"))});
}

TEST_F(WorkerProtocol, ShellClient) {
  try_client({"/bin/sh", write("client.sh", snippet("sh"))});
}

TEST_F(WorkerProtocol, CClient) {
  const auto program = (folder_.path() / "client").string();
  const std::string build =
      "cc -D_GNU_SOURCE -o " + program + " " + write("client.c", snippet("c"));
  ASSERT_EQ(std::system(build.c_str()), 0);
  try_client({program});
}

TEST_F(WorkerProtocol, AWrongLineFailsTheTrialAndIsShown) {
  open_shell("echo 'loss is 3' >&3; sleep 60", {.grace = std::chrono::milliseconds(100)});
  const auto& story = run();
  EXPECT_EQ(story.ends[0].outcome, Outcome::failed);
  EXPECT_NE(story.ends[0].message.find("not one JSON object: 'loss is 3'"), std::string::npos)
      << story.ends[0].message;
}

TEST_F(WorkerProtocol, APrintedResultDoesNotCountTwice) {
  open_shell(
      "for i in 1 2 3; do echo loss=$i; echo \"{\\\"loss\\\": $i}\" >&3; read -r reply <&3; done");
  EXPECT_EQ(losses(run()), (std::vector<double>{1, 2, 3}));
}

TEST_F(WorkerProtocol, AProgramThatDoesNotWaitIsStillAnsweredInOrder) {
  open_shell("for i in 1 2 3 4 5; do echo \"{\\\"loss\\\": $i}\" >&3; done");
  EXPECT_EQ(losses(run()), (std::vector<double>{1, 2, 3, 4, 5}));
}

TEST_F(WorkerProtocol, UnaskedCheckpointsAreKept) {
  open_shell(
      "echo '{\"loss\": 1}' >&3; read -r reply <&3; echo x > $LUTHIER_CHECKPOINT_OUT/state;"
      "echo '{\"checkpoint\": true}' >&3; read -r reply <&3");
  const auto& story = run();
  EXPECT_EQ(story.ends[0].outcome, Outcome::returned);
  ASSERT_EQ(story.checkpoints.size(), 1u);
  EXPECT_TRUE(std::filesystem::exists(story.checkpoints[0].directory / "state"));
}

}  // namespace
}  // namespace luthier

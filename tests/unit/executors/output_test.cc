// What programs print, however hostile; and results in files.
#include "executors/programs/output_log.h"
#include "process_rig.h"

namespace luthier {
namespace {

class OutputTest : public ProcessRig {
 protected:
  std::filesystem::path log() { return folder_.path() / "log"; }
  std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(OutputTest, LongLinesAreCutInTheFileAndInTheTail) {
  OutputLog output(log(), {.line_bytes = 10, .tail_bytes = 4});
  for (int i = 0; i < 1000; ++i) {
    output.write("abcdef");
  }
  output.write("\nnext\nlast");
  output.finish();
  EXPECT_EQ(read(log()), "abcdefabcd [line cut here]\nnext\nlast\n");
  EXPECT_EQ(output.tail(), "abcd\nnext\nlast");
}

TEST_F(OutputTest, ACutAtTheEndOfAPartIsMarkedOnce) {
  OutputLog output(log(), {.line_bytes = 12});
  for (int i = 0; i < 3; ++i) {
    output.write("abcdef");
  }
  output.write("\n123456789012\n");
  output.finish();
  EXPECT_EQ(read(log()), "abcdefabcdef [line cut here]\n123456789012\n");
}

TEST_F(OutputTest, TheFileStaysWithinItsQuota) {
  OutputLog output(log(), {.quota_bytes = 1000});
  for (int i = 0; i < 1000; ++i) {
    output.write("line " + std::to_string(i) + "\n");
  }
  output.finish();
  EXPECT_LE(std::filesystem::file_size(log()) + std::filesystem::file_size(log().string() + ".1"),
            1000u);
  EXPECT_TRUE(read(log()).ends_with("line 999\n"));
}

TEST_F(OutputTest, TheTailIsFitForATerminal) {
  OutputLog output({}, {.tail_lines = 2});
  output.write("first\n\x1b]0;owned\x07 \x1b[2J\xFF\n");
  output.write(std::string_view("a\0b\xC2\x9B", 5));
  output.finish();
  EXPECT_EQ(output.tail(), "\\x1b]0;owned\\x07 \\x1b[2J\xEF\xBF\xBD\na\\x00b\\x9b");
}

TEST_F(OutputTest, HostileOutputDoesNotHideTheResult) {
  open({.command = {
            "python3",
            "-c",
            "import sys; w = sys.stdout.buffer.write; w(b'\\0\\xff\\x1b[2J' * 1000 + b'\\n'); "
            "w(b'x' * 10_000_000 + b'\\n'); w(b'loss=0.5\\n'); w(b'y' * 3_000_000)"}});
  const auto& story = run();
  EXPECT_EQ(story.ends[0].outcome, Outcome::returned) << story.ends[0].message;
  EXPECT_EQ(losses(story), (std::vector<double>{0.5}));
  EXPECT_LT(content("stdout.log").size(), 200'000u);
}

TEST_F(OutputTest, AFloodOfResultsLosesNone) {
  open_shell("i=0; while [ $i -lt 5000 ]; do echo loss=$i; i=$((i + 1)); done");
  const auto& story = run();
  ASSERT_EQ(story.results.size(), 5000u);
  EXPECT_EQ(story.results[4999].metrics.number("loss"), 4999);
}

TEST_F(OutputTest, ASigtermedProgramMayLeaveACheckpoint) {
  auto& driver = open_shell(
      "trap 'echo 3 > $LUTHIER_CHECKPOINT_OUT/state; exit 0' TERM; echo loss=2; echo loss=1; while "
      ":; do sleep "
      "0.01; done");
  driver.decide = [](const Reported&) { return Reply{.kind = DecisionKind::pause}; };
  const auto& story = run();
  EXPECT_EQ(story.ends[0].outcome, Outcome::paused);
  ASSERT_EQ(story.checkpoints.size(), 1u);
  EXPECT_EQ(read(story.checkpoints[0].directory / "state"), "3\n");
}

TEST_F(OutputTest, FilesAreTheLastPlaceToLook) {
  open_shell("printf 'epoch,loss\\n1,0.5\\n2,0.25' > $LUTHIER_TRIAL_DIR/metrics.csv");
  EXPECT_EQ(losses(run(request(0))), (std::vector<double>{0.5, 0.25}));
  open_shell("echo '{\"loss\": 0.125}' > $LUTHIER_TRIAL_DIR/results.json");
  EXPECT_EQ(losses(run(request(1))), (std::vector<double>{0.125}));
  open_shell("echo loss=3; echo '{\"loss\": 0.125}' > $LUTHIER_TRIAL_DIR/results.json");
  EXPECT_EQ(losses(run(request(2))), (std::vector<double>{3}));
}

TEST_F(OutputTest, AMetricThatNeverComesIsExplained) {
  open_shell("echo val_los=1 accuracy=2", {.metrics = {"val_loss"}});
  const auto& story = run();
  EXPECT_EQ(story.ends[0].outcome, Outcome::failed);
  EXPECT_NE(story.ends[0].message.find("(did you mean 'val_los'?)"), std::string::npos)
      << story.ends[0].message;
}

TEST_F(OutputTest, AFailureShowsTheEndOfStderr) {
  open_shell("i=0; while [ $i -lt 50 ]; do echo line $i >&2; i=$((i + 1)); done; exit 3");
  const auto& story = run();
  EXPECT_EQ(story.ends[0].outcome, Outcome::failed);
  EXPECT_EQ(story.ends[0].exit_status, 3);
  EXPECT_TRUE(
      story.ends[0].message.starts_with("exited with status 3; last lines of stderr:\nline 30\n"))
      << story.ends[0].message;
  EXPECT_TRUE(story.ends[0].message.ends_with("\nline 49"));
}

TEST_F(OutputTest, ASignalIsNamed) {
  open_shell("kill -SEGV $$");
  const auto& story = run();
  EXPECT_EQ(story.ends[0].exit_status, 128 + 11);
  EXPECT_NE(story.ends[0].message.find("signal 11 (Segmentation fault)"), std::string::npos)
      << story.ends[0].message;
}

TEST_F(OutputTest, ProgramsThatCannotRun) {
  const auto made = make_process_executor({.command = {"no-such-program-here"}}, area_, clock_);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("'no-such-program-here' is not in PATH"), std::string::npos);

  const auto script = (folder_.path() / "plain.txt").string();
  std::ofstream(script) << "hello";
  open({.command = {script}});
  EXPECT_NE(run(request(0)).ends[0].message.find("Permission denied; make it executable"),
            std::string::npos);
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  open({.command = {script}});
  EXPECT_NE(
      run(request(1)).ends[0].message.find("Exec format error; begin the script with a #! line"),
      std::string::npos);
}

TEST_F(OutputTest, TheProgramSeesItsTrial) {
  open_shell(
      "echo $LUTHIER_TRIAL_ID $LUTHIER_SEED $LUTHIER_PARAM_NET_LR $CUDA_VISIBLE_DEVICES $1; cat "
      "$LUTHIER_PARAMS; echo loss=1");
  auto gpu = request(5, {{"net/lr", 1e-5}});
  gpu.devices = "0,1";
  run(gpu);
  EXPECT_EQ(content("stdout.log", 5),
            "5 7 1e-05 0,1 --net/lr=1e-05\n{\"net/lr\": 1e-05}\nloss=1\n");
}

TEST_F(OutputTest, WithoutADirectoryATemporaryOneIsUsedAndRemoved) {
  open_shell("echo loss=1; echo $LUTHIER_TRIAL_DIR > " + (folder_.path() / "where").string());
  auto nowhere = request();
  nowhere.trial_directory.clear();
  EXPECT_EQ(run(nowhere).ends[0].outcome, Outcome::returned);
  executor_.reset();
  std::string where = read(folder_.path() / "where");
  where.pop_back();
  EXPECT_FALSE(where.empty());
  EXPECT_FALSE(std::filesystem::exists(where));
}

}  // namespace
}  // namespace luthier

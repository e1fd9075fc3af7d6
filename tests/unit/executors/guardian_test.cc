// Nothing a trial starts outlives it, and nothing outlives the controller.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>
#include <thread>

#include "executors/programs/guardian_client.h"
#include "process_rig.h"

namespace luthier {
namespace {

using std::chrono::milliseconds;

// A file of /proc about a process; empty when the process ended before or while it was read (a read
// then fails with ESRCH, which only the iterators of a stream would throw).
std::string process_file(pid_t pid, const char* name) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/" + name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool alive(pid_t pid) {
  const std::string text = process_file(pid, "stat");
  const auto after = text.rfind(')');
  return after != std::string::npos && text[after + 2] != 'Z';
}

// Processes whose environment says that they belong to a trial with this directory.
int survivors(const std::filesystem::path& folder) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    const pid_t pid = std::stoi(name);
    const bool ours = process_file(pid, "environ").find("LUTHIER_TRIAL_DIR=" + folder.string()) !=
                      std::string::npos;
    count += ours && alive(pid) ? 1 : 0;
  }
  return count;
}

int wait_for_none(const std::filesystem::path& folder, milliseconds patience) {
  const auto limit = std::chrono::steady_clock::now() + patience;
  int left = survivors(folder);
  while (left > 0 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(10));
    left = survivors(folder);
  }
  return left;
}

// Children of every kind: plain, in a session of their own, orphaned twice over, deaf to SIGTERM.
constexpr const char* kFamily = R"(
i=0; while [ $i -lt 30 ]; do sleep 1000 & i=$((i + 1)); done
setsid sleep 1000 &
(setsid sh -c 'sleep 1000 & sleep 1000 &' &)
(trap '' TERM; sleep 1000 & sleep 1000) &
)";

class GuardianTest : public ProcessRig {};

TEST_F(GuardianTest, AnEndedProgramLeavesNothingBehind) {
  open_shell(std::string(kFamily) + "echo loss=1; exit 0");
  EXPECT_EQ(run().ends[0].outcome, Outcome::returned);
  EXPECT_EQ(survivors(folder_.path()), 0);
}

TEST_F(GuardianTest, AStoppedFamilyThatIgnoresSigtermIsKilledAfterTheGrace) {
  auto& driver = open_shell(
      std::string("trap '' TERM\n") + kFamily + "echo loss=2; echo loss=1; sleep 1000; sleep 1000",
      {.grace = milliseconds(200)});
  driver.decide = [](const Reported&) { return Reply{.kind = DecisionKind::stop}; };
  EXPECT_EQ(run().ends[0].outcome, Outcome::stopped);
  EXPECT_EQ(survivors(folder_.path()), 0);
}

TEST_F(GuardianTest, SigtermComesFirst) {
  auto& driver = open_shell(
      "trap 'echo bye > $LUTHIER_TRIAL_DIR/bye; exit 0' TERM; echo loss=2; echo loss=1; while :; "
      "do sleep 0.01; "
      "done");
  driver.decide = [](const Reported&) { return Reply{.kind = DecisionKind::stop}; };
  EXPECT_EQ(run().ends[0].outcome, Outcome::stopped);
  EXPECT_EQ(content("bye"), "bye\n");
}

TEST_F(GuardianTest, AProcessThatHidesItsEnvironmentIsFoundByDescent) {
  open_shell(
      "(env -i setsid sh -c 'sleep 1000 & echo $! > '$LUTHIER_TRIAL_DIR'/pid' &)\n"
      "while [ ! -s $LUTHIER_TRIAL_DIR/pid ]; do sleep 0.01; done; echo loss=1");
  EXPECT_EQ(run().ends[0].outcome, Outcome::returned);
  const auto pid = std::stoi(content("pid"));
  EXPECT_FALSE(alive(pid));
}

TEST_F(GuardianTest, TheExecutorsEndIsTheEndOfAllTrials) {
  open_shell(std::string("trap '' TERM\n") + kFamily + "sleep 1000");
  for (int i = 0; i < 4; ++i) {
    executor_->start(request(i));
  }
  // However busy the machine, the families are there before their end is asked for.
  for (int i = 0; i < 100 && survivors(folder_.path()) <= 100; ++i) {
    driver_->run_for(milliseconds(200));
  }
  EXPECT_GT(survivors(folder_.path()), 100);
  executor_.reset();
  EXPECT_EQ(survivors(folder_.path()), 0);
}

TEST_F(GuardianTest, NothingOutlivesAControllerThatIsKilled) {
  const pid_t controller = fork();
  if (controller == 0) {
    open_shell(std::string("trap '' TERM\n") + kFamily + "sleep 1000");
    for (int i = 0; i < 3; ++i) {
      executor_->start(request(i));
    }
    driver_->run_for(std::chrono::seconds(60));
    _exit(0);
  }
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (survivors(folder_.path()) < 100 && std::chrono::steady_clock::now() < limit) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  kill(controller, SIGKILL);
  waitpid(controller, nullptr, 0);
  EXPECT_EQ(wait_for_none(folder_.path(), milliseconds(2000)), 0);
}

TEST_F(GuardianTest, AKilledGuardianIsReplacedAndItsTrialsAreStillEnded) {
  open_shell(
      "(setsid sleep 1000 &); cut -d' ' -f4 /proc/$PPID/stat > "
      "$LUTHIER_TRIAL_DIR/guardian.new;"
      "mv $LUTHIER_TRIAL_DIR/guardian.new $LUTHIER_TRIAL_DIR/guardian; echo loss=1; while :; do "
      "sleep 0.05; done",
      {.grace = milliseconds(200)});
  const auto first = request(0);
  executor_->start(first);
  while (content("guardian").empty()) {
    driver_->run_for(milliseconds(10));
  }
  kill(std::stoi(content("guardian")), SIGKILL);
  driver_->run_for(milliseconds(50));
  executor_->interrupt(first.id, false, false);
  EXPECT_TRUE(driver_->run_until_ended({first.id}));
  EXPECT_EQ(driver_->story(first.id).ends[0].outcome, Outcome::stopped);
  EXPECT_EQ(survivors(folder_.path() / "0"), 0);

  const auto second = request(1);
  driver_->decide = [](const Reported&) { return Reply{.kind = DecisionKind::stop}; };
  EXPECT_EQ(run(second).ends[0].outcome, Outcome::stopped);
}

TEST_F(GuardianTest, AKilledWardenFailsItsTrialAndNothingIsLeft) {
  open_shell("(setsid sleep 1000 &); kill -9 $PPID; sleep 1000");
  const auto& story = run();
  EXPECT_EQ(story.ends[0].outcome, Outcome::failed);
  EXPECT_NE(story.ends[0].message.find("warden"), std::string::npos);
  EXPECT_EQ(wait_for_none(folder_.path(), milliseconds(2000)), 0);
}

TEST_F(GuardianTest, ATrialThatTakesTooMuchMemoryIsEndedWithASentence) {
  open({.command = {"python3", "-c", "import time; x = bytearray(200 << 20); time.sleep(60)"}});
  auto greedy = request();
  greedy.resources.memory_bytes = std::int64_t{50} << 20;
  const auto& story = run(greedy);
  EXPECT_EQ(story.ends[0].outcome, Outcome::failed);
  EXPECT_NE(story.ends[0].message.find("more than its limit of 50 MiB"), std::string::npos)
      << story.ends[0].message;
}

}  // namespace
}  // namespace luthier

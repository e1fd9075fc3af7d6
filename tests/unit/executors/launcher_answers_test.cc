// What a launcher answers, in the right order and in wrong ones: an attempt ends once, with an
// outcome, whatever comes.
#include <sys/socket.h>

#include <gmock/gmock.h>

#include "executors/programs/program_launcher.h"
#include "process_rig.h"

namespace luthier {
namespace {

using testing::HasSubstr;

// One spawn after the other is answered with the next of these; the last one for good.
using Answers = std::vector<std::string>;

template <class Packet>
std::string bytes(const Packet& packet) {
  return {reinterpret_cast<const char*>(&packet), sizeof packet};
}

const std::string kSpawned = bytes(guardian::Spawned{});
const std::string kGone = bytes(guardian::Gone{});

class AnsweringLauncher : public ProgramLauncher {
 public:
  // `unread`: what it is sent and leaves unread.
  AnsweringLauncher(std::vector<Answers> spawns, std::string unread)
      : spawns_(std::move(spawns)), unread_(std::move(unread)) {}

  Result<FileDescriptor> spawn(const Program&, const StartRequest&) override {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    const FileDescriptor theirs(ends[1]);
    if (!unread_.empty()) {
      send(ends[0], unread_.data(), unread_.size(), MSG_NOSIGNAL);
    }
    for (const auto& packet : spawns_[std::min(next_++, spawns_.size() - 1)]) {
      send(theirs.get(), packet.data(), packet.size(), MSG_NOSIGNAL);
    }
    return FileDescriptor(ends[0]);
  }
  Capabilities capabilities() const override { return {}; }

 private:
  const std::vector<Answers> spawns_;
  const std::string unread_;
  std::size_t next_ = 0;
};

class LauncherAnswers : public ProcessRig {
 protected:
  Ended end_of(std::vector<Answers> spawns, std::string unread = {}) {
    AttemptSettings settings{.options = {.metrics = {"loss"}},
                             .command = CommandTemplate::of_function({}),
                             .directory = folder_.path().string(),
                             .area = &area_,
                             .clock = &clock_};
    settings.hearing = hearing_options(settings.options);
    auto made = make_launching_executor(
        std::move(settings),
        std::make_unique<AnsweringLauncher>(std::move(spawns), std::move(unread)));
    executor_ = std::move(made.value());
    driver_ = std::make_unique<ExecutorDriver>(*executor_, clock_);
    const AttemptStory& story = run();
    return story.ends.empty() ? Ended{} : story.ends[0];
  }
};

TEST_F(LauncherAnswers, InTheRightOrder) {
  EXPECT_THAT(end_of({{kSpawned, kGone}}).message, HasSubstr("without a value of 'loss'"));
}

// A request that came too late is left in the socket, and the kernel tells of that first.
TEST_F(LauncherAnswers, AreHeardAlsoOfAWardenThatLeftBeforeItReadTheLastRequest) {
  EXPECT_THAT(end_of({{kSpawned, kGone}}, bytes(guardian::Terminate{})).message,
              HasSubstr("without a value of 'loss'"));
}

TEST_F(LauncherAnswers, AWrongBeginningIsAskedForAgain) {
  for (const Answers& wrong : {Answers{}, {kGone}, {kGone, kSpawned}, {"x"}, {kGone, kGone}}) {
    EXPECT_THAT(end_of({wrong, {kSpawned, kGone}}).message, HasSubstr("without a value of 'loss'"));
  }
}

TEST_F(LauncherAnswers, ThatNeverBeginRight) {
  const Ended end = end_of({{kGone}});
  EXPECT_EQ(end.outcome, Outcome::failed);
  EXPECT_THAT(end.message, HasSubstr("did not answer"));
}

TEST_F(LauncherAnswers, AWrongEndIsAKilledWarden) {
  for (const Answers& wrong : {Answers{kSpawned}, {kSpawned, kSpawned}, {kSpawned, "x"}}) {
    const Ended end = end_of({wrong});
    EXPECT_EQ(end.outcome, Outcome::failed);
    EXPECT_THAT(end.message, HasSubstr("warden"));
  }
}

}  // namespace
}  // namespace luthier

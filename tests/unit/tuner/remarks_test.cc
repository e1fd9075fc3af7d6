// What people say of experiments: what it may be, and that no writer, reader or stranger's file
// spoils it.
#include "tuner/stored/remarks.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/directory_content.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class RemarksTest : public testing::Test {
 protected:
  RemarkAnswer change(RemarkChange change) {
    change.by = "ann";
    const auto answer = change_remarks(directory_, change);
    EXPECT_TRUE(answer.ok()) << answer.error().message;
    return answer ? *answer : RemarkAnswer{};
  }
  std::string refused(RemarkChange change, ErrorCode code = ErrorCode::invalid_argument) {
    const auto answer = change_remarks(directory_, change);
    EXPECT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, code);
    return answer.ok() ? "" : answer.error().message;
  }
  fs::path file() const { return directory_ / "remarks.json"; }

  TemporaryDirectory temporary_;
  fs::path directory_ = temporary_.path() / "digits";
  void SetUp() override { fs::create_directory(directory_); }
};

TEST_F(RemarksTest, NotesAndTagsAreKept) {
  EXPECT_EQ(change({.note = "the *baseline*\r\n\n- a\n "}).sentence, "wrote the note on digits");
  EXPECT_EQ(change({.add = {"paper", "good", "paper"}}).sentence, "digits is tagged paper, good");
  EXPECT_EQ(change({.trial = {3}, .note = "odd"}).sentence, "wrote the note on trial 00003");
  EXPECT_EQ(change({.trial = {3}, .note = "after epoch 7", .append = true}).sentence,
            "added a paragraph to the note on trial 00003");
  const AllRemarks all = read_remarks(directory_);
  EXPECT_EQ(all.problem, "");
  EXPECT_EQ(all.experiment.note, "the *baseline*\n\n- a");
  EXPECT_THAT(all.experiment.tags, ElementsAre("paper", "good"));
  EXPECT_EQ(all.experiment.by, "ann");
  EXPECT_GT(all.experiment.time, 1'600'000'000'000'000);
  EXPECT_EQ(all.of({3}).note, "odd\n\nafter epoch 7");
  EXPECT_EQ(all.of({3}).revision, 2);
  EXPECT_TRUE(all.of({4}).empty());
  EXPECT_THAT(remarked_trials(all), ElementsAre(TrialId{3}));
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(RemarksTest, WhatIsRemovedIsGone) {
  change({.note = "a", .add = {"good", "bad"}});
  EXPECT_EQ(change({.remove = {"good", "absent"}}).sentence, "digits is tagged bad");
  EXPECT_EQ(change({.remove = {"bad"}}).sentence, "digits has no tags");
  EXPECT_EQ(change({.note = " \n"}).sentence, "the note on digits was removed");
  EXPECT_TRUE(read_remarks(directory_).experiment.empty());
}

TEST_F(RemarksTest, TheSameAgainChangesNothing) {
  change({.note = "a", .add = {"good"}});
  const std::string before = read_bytes(file());
  change({.note = "a", .add = {"good"}});
  EXPECT_EQ(read_bytes(file()), before);
}

TEST_F(RemarksTest, ALaterNoteOfSomebodyElseStays) {
  change({.note = "first", .revision = 0});
  change({.note = "first", .revision = 0});  // sent twice
  change({.note = "second", .revision = 1});
  EXPECT_EQ(refused({.note = "from the first", .revision = 1}, ErrorCode::already_exists),
            "ann changed the note in the meantime; read it, then write yours again");
  EXPECT_EQ(read_remarks(directory_).experiment.note, "second");
}

TEST_F(RemarksTest, WhatTheyMayBeIsSaid) {
  for (const char* tag : {"",
                          "3",
                          "-x",
                          "a b",
                          "a,b",
                          "<b>",
                          "a\"",
                          "a\n",
                          "\xff",
                          "a\u202e",
                          "a\u00a0b",
                          "abcdefghijklmnopqrstuvwxyzabcdefghijklmno"}) {
    EXPECT_THAT(refused({.add = {tag}}), HasSubstr("can't be a tag")) << tag;
    EXPECT_FALSE(check_tag(tag).ok()) << tag;
  }
  for (const char* tag : {"a", "run-2", "v1.2_b", "gut-für-später", "良い"}) {
    EXPECT_TRUE(check_tag(tag).ok()) << tag;
  }
  EXPECT_THAT(refused({.note = std::string(kLongestNote + 1, 'a')}), HasSubstr("32769 bytes"));
  EXPECT_THAT(refused({.note = "a\x1b[2J"}), HasSubstr("control character"));
  EXPECT_THAT(refused({.note = std::string("a\0b", 3)}), HasSubstr("control character"));
  EXPECT_THAT(refused({.note = "\xff"}), HasSubstr("UTF-8"));
  change({.note = std::string(kLongestNote, 'a')});
  EXPECT_THAT(refused({.note = "b", .append = true}), HasSubstr("may have 32768"));
  std::vector<std::string> many;
  for (std::size_t i = 0; i <= kMostTags; ++i) {
    many.push_back("t" + std::to_string(i));
  }
  EXPECT_THAT(refused({.add = many}), HasSubstr("there may be 32 tags, and these are 33"));
}

TEST_F(RemarksTest, ThereIsAnEndToAllOfThem) {
  AllRemarks all;
  for (std::int64_t trial = 0; trial < 255; ++trial) {
    all.trials[{trial}].note = std::string(kLongestNote, 'a');
  }
  write_bytes(file(), to_json(all));
  ASSERT_EQ(read_remarks(directory_).trials.size(), 255U);
  EXPECT_THAT(refused({.trial = {999}, .note = std::string(kLongestNote, 'a')}),
              HasSubstr("larger than 8 MB"));
  EXPECT_EQ(read_remarks(directory_).trials.size(), 255U);
}

TEST_F(RemarksTest, AFileThatCanNotBeReadStaysAndIsNoObstacleToReaders) {
  for (const std::string bytes : {"",
                                  "{",
                                  "[]",
                                  R"({"schema": 2})",
                                  R"({"schema": 1, "experiment": {"tags": [3]}})",
                                  R"({"schema": 1, "experiment": {"tags": ["<b>"]}})",
                                  R"({"schema": 1, "trials": [{"trial": -1}]})",
                                  R"({"schema": 1, "trials": [{"trial": 1}, {"trial": 1}]})",
                                  R"({"schema": 1, "experiment": {"note": "\u0007"}})"}) {
    write_bytes(file(), bytes);
    const AllRemarks all = read_remarks(directory_);
    EXPECT_THAT(all.problem, HasSubstr("can't read the notes in")) << bytes;
    EXPECT_TRUE(all.experiment.empty() && all.trials.empty()) << bytes;
    EXPECT_THAT(refused({.note = "a"}, ErrorCode::corruption), HasSubstr("remarks.json")) << bytes;
    EXPECT_EQ(read_bytes(file()), bytes);
  }
}

TEST_F(RemarksTest, LinksAreNotFollowed) {
  const fs::path victim = temporary_.path() / "victim";
  write_bytes(victim, R"({"schema": 1, "experiment": {"note": "a secret"}})");
  const std::string before = read_bytes(victim);
  // Where it is to be written first, a link makes room.
  fs::create_symlink(victim, directory_ / "remarks.json.new");
  EXPECT_TRUE(change_remarks(directory_, {.note = "a"}).ok());
  EXPECT_TRUE(change_remarks(directory_, {.note = ""}).ok());
  for (const char* name : {"remarks.json", "remarks.lock"}) {
    fs::remove(directory_ / name);
    fs::create_symlink(victim, directory_ / name);
    EXPECT_FALSE(change_remarks(directory_, {.note = "a"}).ok()) << name;
    EXPECT_EQ(read_remarks(directory_).experiment.note, "") << name;
    fs::remove(directory_ / name);
  }
  EXPECT_EQ(read_bytes(victim), before);
}

TEST_F(RemarksTest, NoneOfTwoWritersLosesWhatItSaid) {
  constexpr int kEach = 40;
  const auto write = [&](std::int64_t first) {
    for (int i = 0; i < kEach; ++i) {
      ASSERT_TRUE(change_remarks(directory_, {.trial = {first + i}, .note = "said"}).ok());
      ASSERT_EQ(read_remarks(directory_).problem, "");
    }
  };
  std::thread other([&] { write(1000); });
  write(0);
  other.join();
  EXPECT_EQ(read_remarks(directory_).trials.size(), 2U * kEach);
}

// What had been answered is there, whole; a new writer waits for nobody.
TEST_F(RemarksTest, AWriterThatIsKilledLeavesWhatItHadSaid) {
  for (int round = 0; round < 6; ++round) {
    std::array<int, 2> told{};
    ASSERT_EQ(::pipe(told.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (std::int64_t trial = 0;; ++trial) {
        if (!change_remarks(directory_, {.trial = {trial}, .note = std::string(2000, 'a')})) {
          ::_exit(1);
        }
        const char one = 1;
        static_cast<void>(::write(told[1], &one, 1) == 1);
      }
    }
    ::close(told[1]);
    std::int64_t answered = 0;
    std::array<char, 64> bytes{};
    while (answered < 5 + round) {
      answered += ::read(told[0], bytes.data(), bytes.size());
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    for (ssize_t more = 0; (more = ::read(told[0], bytes.data(), bytes.size())) > 0;) {
      answered += more;
    }
    ::close(told[0]);
    const AllRemarks all = read_remarks(directory_);
    EXPECT_EQ(all.problem, "");
    EXPECT_GE(std::ssize(all.trials), answered);
    EXPECT_TRUE(change_remarks(directory_, {.note = "after it"}).ok());
    fs::remove(file());
  }
}

TEST_F(RemarksTest, TheFileIsWhatItSays) {
  AllRemarks all;
  all.experiment = {.note = "a\n\"b\"", .tags = {"x"}, .revision = 2, .by = "ann@host", .time = 7};
  all.trials[{12}] = {.note = "", .tags = {"y", "z"}, .by = "b", .time = 8};
  const auto again = parse_remarks(to_json(all));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(*again, all);
}

// It would be lost with the next change.
TEST_F(RemarksTest, WhatCanNotBeKeptIsNotRead) {
  for (const char* members : {R"("experiment": {"note": "x", "tags": "foo"})",
                              R"("experiment": {"tags": {"a": 1}})",
                              R"("experiment": {"note": 5})",
                              R"("experiment": {"revision": "z"})",
                              R"("experiment": {"revision": 9223372036854775807})",
                              R"("experiment": {"colour": "red"})",
                              R"("experiment": "hello")",
                              R"("trials": "hello")",
                              R"("trials": {"3": {"note": "x"}})",
                              R"("trials": [{"trial": 1, "note": "a", "note": "b"}])",
                              R"("trials": ["hello"])",
                              R"("others": [])"}) {
    EXPECT_FALSE(parse_remarks(std::string("{\"schema\": 1, ") + members + "}").ok()) << members;
  }
}

}  // namespace
}  // namespace luthier

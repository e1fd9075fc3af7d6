// Requests as files: each is taken once, whatever it holds, and whoever asked gets an answer.
#include "tuner/stored/control_files.h"

#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/directory_content.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ControlFilesTest : public testing::Test {
 protected:
  ControlFilesTest() { fs::create_directory(place_); }
  std::string answer(const std::string& id) const { return read_bytes(place_ / (id + ".answer")); }

  TemporaryDirectory temporary_;
  fs::path place_ = temporary_.path() / "control";
  ControlFiles files_{temporary_.path()};
};

TEST_F(ControlFilesTest, ARequestIsTakenOnce) {
  write_bytes(place_ / "1.request", R"({"request": "stop", "trial": 7, "who": "someone"})");
  const auto taken = files_.take();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].request, RequestKind::stop);
  EXPECT_EQ(taken[0].trial, TrialId{7});
  EXPECT_EQ(taken[0].who, "someone");
  EXPECT_EQ(taken[0].id, "1");
  EXPECT_TRUE(files_.take().empty());
  EXPECT_TRUE(fs::is_empty(place_));
}

TEST_F(ControlFilesTest, RequestsComeInOrderAndOtherFilesStay) {
  for (const char* name : {"2.request", "1.request", "3.request.tmp", "x"}) {
    write_bytes(place_ / name, R"({"request": "pause"})");
  }
  const auto taken = files_.take();
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0].id, "1");
  EXPECT_EQ(taken[1].id, "2");
  EXPECT_TRUE(fs::exists(place_ / "x"));
}

TEST_F(ControlFilesTest, WhatIsNoRequestIsAnsweredAndGone) {
  write_bytes(place_ / "1.request", "{");
  fs::create_directory(place_ / "2.request");
  fs::create_symlink("/dev/zero", place_ / "3.request");
  EXPECT_TRUE(files_.take().empty());
  for (const char* id : {"1", "2", "3"}) {
    EXPECT_FALSE(fs::exists(fs::symlink_status(place_ / (std::string(id) + ".request")))) << id;
    EXPECT_THAT(answer(id), HasSubstr("\"ok\": false")) << id;
  }
}

TEST_F(ControlFilesTest, WhoeverAsksGetsTheAnswer) {
  std::thread controller([&] {
    std::vector<ControlRequest> taken;
    while (taken.empty()) {
      taken = files_.take();
      std::this_thread::yield();
    }
    files_.answer(taken[0], Error{ErrorCode::invalid_argument, "not now"});
  });
  const auto answered = files_.ask({.request = RequestKind::stop, .who = "me", .file = "1"},
                                   std::chrono::minutes(1),
                                   [] { return true; });
  controller.join();
  ASSERT_FALSE(answered.ok());
  EXPECT_EQ(answered.error().message, "not now");
  EXPECT_TRUE(fs::is_empty(place_));
}

TEST_F(ControlFilesTest, WhatAControllerLeavesUnansweredIsTakenBack) {
  int looks = 0;
  const auto answered = files_.ask(
      {.request = RequestKind::stop, .who = "me", .file = "1"}, std::chrono::minutes(1), [&] {
        looks += 1;
        return looks < 3;
      });
  ASSERT_TRUE(answered.ok());
  EXPECT_EQ(*answered, std::nullopt);
  EXPECT_TRUE(fs::is_empty(place_));
}

TEST_F(ControlFilesTest, TheLastThingAControllerDoesMayBeToAnswer) {
  const auto answered = files_.ask(
      {.request = RequestKind::stop, .who = "me", .file = "1"}, std::chrono::minutes(1), [&] {
        files_.answer(files_.take().at(0), TrialId{5});
        return false;
      });
  ASSERT_TRUE(answered.ok());
  EXPECT_EQ(*answered, TrialId{5});
  EXPECT_TRUE(fs::is_empty(place_));
}

TEST_F(ControlFilesTest, WhatIsAskedArrivesAsItIs) {
  const Config config{{"lr", 0.5}, {"n", std::int64_t{3}}, {"kind", "a \"b\""}, {"on", true}};
  std::vector<ControlRequest> taken;
  for (const ControlRequest& asked :
       {ControlRequest{.request = RequestKind::extend,
                       .who = "me",
                       .id = "mine",
                       .more_samples = 7,
                       .more_time_s = 1.5,
                       .file = "1"},
        ControlRequest{
            .request = RequestKind::enqueue, .who = "me", .config = config, .file = "2"}}) {
    const auto answered = files_.ask(asked, std::chrono::minutes(1), [&] {
      taken.push_back(files_.take().at(0));
      return false;
    });
    ASSERT_TRUE(answered.ok());
  }
  EXPECT_EQ(taken[0].request, RequestKind::extend);
  EXPECT_EQ(taken[0].id, "mine");
  EXPECT_EQ(taken[0].more_samples, 7);
  EXPECT_EQ(taken[0].more_time_s, 1.5);
  EXPECT_EQ(taken[1].request, RequestKind::enqueue);
  EXPECT_EQ(taken[1].id, "2");
  EXPECT_EQ(taken[1].config, config);
}

TEST_F(ControlFilesTest, AConfigurationOfObjectsIsNone) {
  write_bytes(place_ / "1.request",
              R"({"request": "enqueue", "config": {"lr": {"deep": 1}}, "who": "me"})");
  EXPECT_TRUE(files_.take().empty());
  EXPECT_THAT(answer("1"), HasSubstr("value is an object"));
}

}  // namespace
}  // namespace luthier

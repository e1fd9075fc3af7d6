// Commands that are told of something: real ones, in a directory of their own. Nothing here waits
// for a time to pass but where a command hangs.
#include "tuner/notifications/courier.h"

#include <fcntl.h>

#include <array>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "support/temporary_directory.h"

namespace luthier {
namespace {

using namespace std::chrono_literals;

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class Couriers : public ::testing::Test {
 protected:
  NotificationCommand command(const std::string& script) const {
    return {.words = {"/bin/sh", "-c", script, "sh", (directory_.path() / "told").string()},
            .experiment = "exp"};
  }
  std::unique_ptr<Courier> courier(const std::string& script,
                                   std::chrono::milliseconds limit = 10s,
                                   bool in_memory = false) {
    CourierOptions options{.command = command(script),
                           .improved_interval = 1h,
                           .warn = [this](const std::string& text) { warnings_.push_back(text); }};
    options.command.limit = limit;
    if (!in_memory) {
      options.ledger = ledger();
      EXPECT_TRUE(options.ledger->settle(0).ok());
    }
    auto made = Courier::start(std::move(options));
    EXPECT_TRUE(made.ok());
    return *std::move(made);
  }
  NotificationLedger ledger() const { return NotificationLedger(directory_.path()); }
  static Notification note(NotificationKind kind, Sequence sequence) {
    return {.kind = kind,
            .sequence = sequence,
            .message = std::to_string(sequence),
            .json = "{\"n\": " + std::to_string(sequence) + "}"};
  }
  std::string told() const { return content(directory_.path() / "told"); }
  std::string recorded() const {
    return content(directory_.path() / "notifications" / "told.jsonl");
  }

  TemporaryDirectory directory_;
  std::vector<std::string> warnings_;
};

bool never() {
  return false;
}

TEST_F(Couriers, GiveTheEventInVariablesAndOnStandardInput) {
  const auto one = courier(
      R"(read -r line; echo "$LUTHIER_EVENT $LUTHIER_EXPERIMENT $LUTHIER_MESSAGE $line" >> "$1")");
  one->post(note(NotificationKind::failed, 7));
  one->post(note(NotificationKind::done, 8));
  one->finish(never);
  EXPECT_EQ(told(), "failed exp 7 {\"n\": 7}\ndone exp 8 {\"n\": 8}\n");
  EXPECT_EQ(ledger().settled(), 8);
  EXPECT_TRUE(ledger().has_claim("0000000007-failed"));
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(Couriers, NothingOfAMessageReachesAShellAsCode) {
  const std::string hostile =
      "'; touch " + (directory_.path() / "harm").string() + "; $(touch x) `touch y` \" \n &";
  const auto one = courier(R"(printf '%s' "$LUTHIER_MESSAGE" >> "$1")");
  one->post({.kind = NotificationKind::done, .sequence = 1, .message = hostile, .json = "{}"});
  one->finish(never);
  EXPECT_EQ(told(), hostile);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "harm"));
}

TEST_F(Couriers, OfOneClaimOneCommandRuns) {
  for (int i = 0; i < 3; ++i) {
    const auto one = courier(R"(echo x >> "$1")");
    one->post(note(NotificationKind::done, 5));
    one->finish(never);
  }
  EXPECT_EQ(told(), "x\n");
}

TEST_F(Couriers, ManyBestsAreTheLatest) {
  {
    const auto one = courier(R"(echo "$LUTHIER_MESSAGE" >> "$1"; sleep 0.2)");
    for (Sequence i = 1; i <= 50; ++i) {
      one->post(note(NotificationKind::improved, i));
    }
    one->post(note(NotificationKind::done, 51));
    one->finish(never);
  }
  std::istringstream lines(told());
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) {
    all.push_back(line);
  }
  ASSERT_GE(all.size(), 2U);
  EXPECT_LE(all.size(), 3U);  // one may have been started at once
  EXPECT_EQ(all[all.size() - 2], "50");
  EXPECT_EQ(all.back(), "51");
}

TEST_F(Couriers, AFailureIsWarnedOfOnceAndAlwaysRecorded) {
  const auto one = courier("echo no host >&2; exit 7");
  one->post(note(NotificationKind::failed, 1));
  one->post(note(NotificationKind::done, 2));
  one->finish(never);
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find("exit status 7: no host"), std::string::npos) << warnings_[0];
  EXPECT_NE(recorded().find("\"sequence\": 1, \"event\": \"failed\""), std::string::npos);
  EXPECT_NE(recorded().find("\"sequence\": 2, \"event\": \"done\""), std::string::npos);
}

TEST_F(Couriers, AHangingCommandIsKilledWithItsGroup) {
  const auto one = courier(R"(sh -c 'sleep 600; echo late >> "$1"' sh "$1" & sleep 600)", 200ms);
  one->post(note(NotificationKind::failed, 1));
  one->post(note(NotificationKind::stalled, 2));
  one->finish(never);
  EXPECT_EQ(told(), "");
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find("killed after"), std::string::npos) << warnings_[0];
}

TEST_F(Couriers, WhoIsInAHurryWaitsForNothing) {
  const auto one = courier("sleep 600");
  one->post(note(NotificationKind::done, 1));
  one->finish([] { return true; });
  SUCCEED();  // its end kills the command
}

TEST_F(Couriers, ACommandThatTalksALotIsHeardToItsEnd) {
  const auto one = courier(
      "i=0; while [ $i -lt 4000 ]; do echo 0123456789012345678901234567890123456789 >&2; "
      "i=$((i + 1)); done; echo the end >&2; exit 1");
  one->post(note(NotificationKind::done, 1));
  one->finish(never);
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find("the end"), std::string::npos) << warnings_[0];
}

TEST_F(Couriers, InMemoryNothingIsWritten) {
  const auto one = courier(R"(echo x >> "$1")", 10s, true);
  one->post(note(NotificationKind::done, 1));
  one->finish(never);
  EXPECT_EQ(told(), "x\n");
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "notifications"));
}

TEST_F(Couriers, TheDiskIsToldOfOnceUntilThereIsRoom) {
  using Disk = CourierOptions::Disk;
  const auto look = [this](Disk disk) {
    CourierOptions options{.command = command(R"(echo low >> "$1")"),
                           .ledger = ledger(),
                           .look_at_disk = [disk] { return disk; },
                           .low_disk = [] { return note(NotificationKind::low_disk, 0); },
                           .warn = [](const std::string&) {}};
    EXPECT_TRUE(options.ledger->settle(0).ok());
    const auto claimed = [this, disk] {
      return ledger().has_claim("low_disk") == (disk != Disk::enough);
    };
    auto one = Courier::start(std::move(options));
    ASSERT_TRUE(one.ok());
    while (!claimed()) {
      std::this_thread::sleep_for(1ms);
    }
    (*one)->finish(never);
  };
  look(Disk::low);
  look(Disk::low);
  look(Disk::between);
  EXPECT_EQ(told(), "low\n");
  look(Disk::enough);
  look(Disk::low);
  EXPECT_EQ(told(), "low\nlow\n");
}

TEST_F(Couriers, LinksAreNotFollowed) {
  const auto outside = directory_.path() / "outside";
  std::filesystem::create_directory(outside);
  const auto inside = directory_.path() / "experiment";
  std::filesystem::create_directory(inside);
  std::filesystem::create_directory_symlink(outside, inside / "notifications");
  const NotificationLedger foreign(inside);
  EXPECT_FALSE(foreign.settle(1));
  EXPECT_FALSE(foreign.settled());
  EXPECT_FALSE(foreign.record("x\n"));
  EXPECT_TRUE(std::filesystem::is_empty(outside));
}

}  // namespace
}  // namespace luthier

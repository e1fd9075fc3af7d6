// The status of an experiment as bytes: what is written comes back, and no other bytes do harm.
#include "core/state/experiment_status.h"

#include <limits>

#include <gtest/gtest.h>

#include "luthier/rng.h"

namespace luthier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TrialRow row(std::int64_t number, double loss) {
  return {.trial = {number},
          .state = TrialState::failed,
          .loss = loss,
          .iteration = 7,
          .attempts = 2,
          .exit_status = -9,
          .measured = {.wall_s = 1.5, .cpu_s = 0.25, .max_rss_bytes = std::int64_t{1} << 40},
          .known = number == 0,
          .proposed_by = "tpe",
          .reason = "two\nlines",
          .config = {{"lr", 0.1}, {"layers", 3}, {"name", "x"}, {"sizes", ValueList{1, 2.5}}},
          .last = {{"loss", kInfinity}, {"ok", true}},
          .best = {{"loss", loss}},
          .best_config = {{"lr", 0.2}}};
}

ExperimentStatus status() {
  return {.sequence = 123456789012,
          .time = 1'700'000'000'000'001,
          .name = "digits",
          .executor = "process",
          .metric = "loss",
          .counts = {1, 2, 3, 4, 5, 6},
          .known = 2,
          .finished = true,
          .end_reason = "all 21 trials ended",
          .closing_reason = "stopped by someone",
          .samples = 19,
          .time_budget_s = 60.5,
          .elapsed_s = 12.25,
          .host = "here",
          .pid = 42,
          .best_trial = TrialId{7},
          .best_value = -0.5,
          .best = {row(7, -0.5), row(0, -kInfinity)}};
}

TEST(ExperimentStatus, ComesBackAsItWasWritten) {
  EXPECT_EQ(decode_status(encode(status())), status());
  const ExperimentStatus empty;
  EXPECT_EQ(decode_status(encode(empty)), empty);
  EXPECT_EQ(status().trial_count(), 21);
  EXPECT_EQ(status().added_count(), 19);
}

TEST(ExperimentStatus, BytesOfANewerVersionOrCutOffInARowAreNone) {
  const std::string bytes = encode(status());
  EXPECT_FALSE(decode_status(bytes + '\1'));
  EXPECT_FALSE(decode_status(bytes.substr(0, bytes.size() - 2)));
}

// Those of versions without requirements end before the nearest trial.
TEST(ExperimentStatus, BytesOfAnEarlierVersionAreRead) {
  const std::string bytes = encode(status());
  EXPECT_EQ(decode_status(bytes.substr(0, bytes.size() - 1)), status());
}

TEST(ExperimentStatus, NoBytesDoHarm) {
  const std::string whole = encode(status());
  Rng rng(3, "status");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    static_cast<void>(decode_status(whole.substr(0, length)));
  }
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = whole;
    for (std::uint64_t flips = 1 + rng.below(4); flips > 0; --flips) {
      bytes[rng.below(bytes.size())] = static_cast<char>(rng.below(256));
    }
    if (const auto decoded = decode_status(bytes)) {
      EXPECT_LE(decoded->best.size(), bytes.size());
    }
  }
}

TEST(ExperimentStatus, OnlyAFiniteLossHasABestValue) {
  EXPECT_EQ(best_value(row(1, 0.5), "loss"), 0.5);
  EXPECT_FALSE(best_value(row(1, -kInfinity), "loss"));
  EXPECT_FALSE(best_value(row(1, 0.5), "accuracy"));
}

}  // namespace
}  // namespace luthier

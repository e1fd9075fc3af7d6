#include "executors/programs/startup_watch.h"

#include <gtest/gtest.h>

namespace luthier {
namespace {

constexpr TimePoint kSecond = 1'000'000;

ResultTimes results(double first, double each, int count) {
  ResultTimes times{.started = 7 * kSecond};
  for (int i = 0; i < count; ++i) {
    times.add(times.started + static_cast<TimePoint>((first + each * i) * 1e6));
  }
  return times;
}

std::optional<std::string> after(StartupWatch& watch, const ResultTimes& times) {
  return watch.on_ended(times, times.last);
}

TEST(StartupWatch, SaysOnceWhatThreeAttemptsShow) {
  StartupWatch watch;
  EXPECT_FALSE(after(watch, results(1.5, 0.1, 5)));
  EXPECT_FALSE(after(watch, results(1.6, 0.1, 5)));
  const auto said = after(watch, results(1.5, 0.1, 6));
  ASSERT_TRUE(said);
  EXPECT_NE(said->find("takes 1.4 s of a trial's 2 s"), std::string::npos) << *said;
  EXPECT_FALSE(after(watch, results(1.5, 0.1, 5)));
}

TEST(StartupWatch, AnAttemptThatMostlyTrainsBeginsTheCountAnew) {
  StartupWatch watch;
  for (int i = 0; i < 9; ++i) {
    EXPECT_FALSE(after(watch, i % 3 == 2 ? results(1.5, 0.5, 9) : results(1.5, 0.1, 5)));
  }
}

TEST(StartupWatch, WhatCantBeToldIsNotSaid) {
  StartupWatch watch;
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(after(watch, results(5, 0, 27))) << "a buffer emptied at the end";
    EXPECT_FALSE(after(watch, results(5, 1, 2))) << "too few results";
    EXPECT_FALSE(after(watch, results(0.01, 0.001, 5))) << "too short to matter";
    EXPECT_FALSE(after(watch, ResultTimes{.started = 1})) << "no result";
  }
}

TEST(StartupWatch, AResultsOwnTimeIsNoStartUp) {
  EXPECT_NEAR(*startup_seconds(results(1.0, 1.0, 5), 13 * kSecond), 0, 1e-9);
  EXPECT_NEAR(*startup_seconds(results(3.0, 1.0, 5), 14 * kSecond), 2, 1e-9);
}

}  // namespace
}  // namespace luthier

// The fields of a result that Ray Tune users know, besides its metrics, as far as they follow from
// the log: the same in result.json and progress.csv.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "luthier/event.h"

namespace luthier {

// Names of the fields, in the order they are written. `done`: the answer to the result was to stop,
// or the trial ended after it.
inline constexpr std::array<std::string_view, 9> kRecordFields = {"trial_id",
                                                                  "training_iteration",
                                                                  "time_this_iter_s",
                                                                  "time_total_s",
                                                                  "time_since_restore",
                                                                  "iterations_since_restore",
                                                                  "timestamp",
                                                                  "date",
                                                                  "done"};

// The name a metric is written under: its own, or "reported/NAME" where NAME is a field of ours.
std::string column_name(std::string_view metric);

// Follows a trial through its events; times are those of the events. Only time in which an attempt
// ran counts, and never a negative span, whatever the clock did between two controllers.
class TrainingTime {
 public:
  void on_attempt(TimePoint time);
  void on_repeated(TimePoint time);  // work done again after a restart counts as time
  void on_result(TimePoint time);

  double this_iteration_s() const { return seconds(this_iteration_); }
  double total_s() const { return seconds(total_); }
  double since_restore_s() const { return seconds(since_restore_); }
  std::int64_t iterations_since_restore() const { return iterations_; }

 private:
  static double seconds(std::int64_t microseconds) {
    return static_cast<double>(microseconds) / 1e6;
  }
  std::int64_t pass(TimePoint time);

  TimePoint last_ = 0;
  std::int64_t this_iteration_ = 0;
  std::int64_t total_ = 0;
  std::int64_t since_restore_ = 0;
  std::int64_t iterations_ = 0;
};

// "2026-01-31_23-59-00", UTC.
std::string date_text(TimePoint time);
// Whole seconds since the Unix epoch.
std::int64_t timestamp_s(TimePoint time);

}  // namespace luthier

// MeasuredMetrics: what the executor itself measures of an attempt, as metrics: `wall_s`, `cpu_s`
// and `max_rss_bytes`. They belong to the end of an attempt, and are metrics only where an
// objective or a rule names them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/event.h"
#include "luthier/value.h"

namespace luthier {

inline constexpr std::array<std::string_view, 3> kMeasuredMetrics = {
    "wall_s", "cpu_s", "max_rss_bytes"};
bool is_measured_metric(std::string_view name);
// Null where nothing of that name was measured.
Value measured_value(const Measured& measured, std::string_view name);

class MeasuredMetrics {
 public:
  // Those among the objectives and readings.
  MeasuredMetrics(const std::vector<std::string>& objectives,
                  const std::vector<std::string>& readings);

  bool wanted() const { return !wanted_.empty(); }
  // No other objective: nothing that the program says is a result.
  bool alone() const { return alone_; }
  void add(const Measured& measured, Metrics& metrics) const;

 private:
  std::vector<std::string> wanted_;
  bool alone_ = false;
};

}  // namespace luthier

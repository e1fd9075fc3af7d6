#include "core/state/measured_metrics.h"

#include <algorithm>
#include <iterator>

namespace luthier {

bool is_measured_metric(std::string_view name) {
  return std::ranges::find(kMeasuredMetrics, name) != kMeasuredMetrics.end();
}

Value measured_value(const Measured& measured, std::string_view name) {
  if (measured == Measured{} || !is_measured_metric(name)) {
    return {};
  }
  return name == "wall_s"  ? Value(measured.wall_s)
         : name == "cpu_s" ? Value(measured.cpu_s)
                           : Value(measured.max_rss_bytes);
}

MeasuredMetrics::MeasuredMetrics(const std::vector<std::string>& objectives,
                                 const std::vector<std::string>& readings)
    : alone_(!objectives.empty() && std::ranges::all_of(objectives, is_measured_metric)) {
  for (const auto* names : {&objectives, &readings}) {
    std::ranges::copy_if(*names, std::back_inserter(wanted_), is_measured_metric);
  }
}

void MeasuredMetrics::add(const Measured& measured, Metrics& metrics) const {
  for (const auto& name : wanted_) {
    metrics.set(name, measured_value(measured, name));
  }
}

}  // namespace luthier

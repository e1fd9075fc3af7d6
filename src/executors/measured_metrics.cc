#include "executors/measured_metrics.h"

#include <algorithm>
#include <array>

namespace luthier {
namespace {

struct Row {
  std::string_view name;
  Value (*value)(const Measured& measured);
};
constexpr std::array kRows = {
    Row{"wall_s", [](const Measured& measured) { return Value(measured.wall_s); }},
    Row{"cpu_s", [](const Measured& measured) { return Value(measured.cpu_s); }},
    Row{"max_rss_bytes", [](const Measured& measured) { return Value(measured.max_rss_bytes); }}};

}  // namespace

bool is_measured_metric(std::string_view name) {
  return std::ranges::find(kRows, name, &Row::name) != kRows.end();
}

MeasuredMetrics::MeasuredMetrics(const std::vector<std::string>& objectives,
                                 const std::vector<std::string>& readings)
    : alone_(!objectives.empty() && std::ranges::all_of(objectives, is_measured_metric)) {
  for (const auto* names : {&objectives, &readings}) {
    std::ranges::copy_if(*names, std::back_inserter(wanted_), is_measured_metric);
  }
}

void MeasuredMetrics::add(const Measured& measured, Metrics& metrics) const {
  for (const Row& row : kRows) {
    if (std::ranges::find(wanted_, row.name) != wanted_.end()) {
      metrics.set(std::string(row.name), row.value(measured));
    }
  }
}

}  // namespace luthier

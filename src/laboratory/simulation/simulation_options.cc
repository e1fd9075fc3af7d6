#include "laboratory/simulation/simulation_options.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"

namespace luthier {
namespace {

constexpr double kLongestSeconds = 1e9;  // some thirty years

// The numbers among the options: how they are called, where they are and what they may be.
struct NumberRow {
  const char* key;
  const char* meaning;
  double ClusterConditions::* field;
  double minimum;
  double maximum;
};
constexpr std::array kNumbers = {
    NumberRow{
        "straggler_share", "the share of stragglers", &ClusterConditions::straggler_share, 0, 1},
    NumberRow{"straggler_slowdown",
              "the slowdown of stragglers",
              &ClusterConditions::straggler_slowdown,
              1,
              1e6},
    NumberRow{"failure_rate", "the failure rate", &ClusterConditions::failure_rate, 0, 1},
    NumberRow{"start_latency",
              "the start latency in seconds",
              &ClusterConditions::start_latency_s,
              0,
              kLongestSeconds},
    NumberRow{"report_latency",
              "the report latency in seconds",
              &ClusterConditions::report_latency_s,
              0,
              kLongestSeconds},
    NumberRow{"node_loss_every",
              "the time between losses of a node in seconds",
              &ClusterConditions::node_loss_interval_s,
              0,
              kLongestSeconds},
    NumberRow{"node_return_after",
              "the time until a lost node returns in seconds",
              &ClusterConditions::node_return_s,
              0,
              kLongestSeconds},
};

Error damaged(const std::string& key, const std::string& value) {
  return {ErrorCode::invalid_argument,
          formatted("executor 'simulated' can't have {} '{}'; the experiment was written by a "
                    "newer version or is damaged",
                    key,
                    value)};
}

}  // namespace

ExecutorOptions to_executor_options(const SimulationOptions& options) {
  ExecutorOptions out = {{"benchmark", options.benchmark}};
  if (!options.task.empty()) {
    out.emplace_back("task", options.task);
  }
  out.emplace_back("workers", std::to_string(options.workers));
  const ClusterConditions defaults;
  for (const NumberRow& row : kNumbers) {
    if (options.conditions.*row.field != defaults.*row.field) {
      out.emplace_back(row.key, format_number(options.conditions.*row.field));
    }
  }
  if (options.conditions.nodes != defaults.nodes) {
    out.emplace_back("nodes", std::to_string(options.conditions.nodes));
  }
  return out;
}

Result<SimulationOptions> parse_simulation_options(const ExecutorOptions& options) {
  SimulationOptions parsed;
  for (const auto& [key, value] : options) {
    if (key == "benchmark" || key == "task") {
      (key == "task" ? parsed.task : parsed.benchmark) = value;
    } else if (key == "workers" || key == "nodes") {
      const auto number = parse_integer(value);
      if (!number) {
        return damaged(key, value);
      }
      (key == "workers" ? parsed.workers : parsed.conditions.nodes) = *number;
    } else {
      const auto number = parse_number(value);
      const auto* row =
          std::ranges::find_if(kNumbers, [&](const NumberRow& each) { return key == each.key; });
      if (!number || row == kNumbers.end()) {
        return damaged(key, value);
      }
      parsed.conditions.*row->field = *number;
    }
  }
  LUTHIER_TRY(check(parsed));
  return parsed;
}

std::optional<NodeOptions> node_options(const SimulationOptions& options, std::uint64_t seed) {
  const ClusterConditions& conditions = options.conditions;
  if (!(conditions.node_loss_interval_s > 0)) {
    return std::nullopt;
  }
  return NodeOptions{.workers = options.workers,
                     .nodes = conditions.nodes,
                     .loss_interval_s = conditions.node_loss_interval_s,
                     .return_s = conditions.node_return_s,
                     .seed = seed};
}

Result<> check(const SimulationOptions& options) {
  std::vector<std::string> problems;
  const ClusterConditions& conditions = options.conditions;
  for (const NumberRow& row : kNumbers) {
    const double value = conditions.*row.field;
    if (!(value >= row.minimum && value <= row.maximum)) {
      problems.push_back(formatted("{} is {}; it must be from {} to {}",
                                   row.meaning,
                                   format_number(value),
                                   format_number(row.minimum),
                                   format_number(row.maximum)));
    }
  }
  if (options.workers < 1) {
    problems.push_back(
        formatted("the number of workers is {}; it must be at least 1", options.workers));
  } else if (conditions.nodes < 1 || conditions.nodes > options.workers) {
    problems.push_back(
        formatted("the number of nodes is {}; it must be from 1 to the number of workers, {}",
                  conditions.nodes,
                  options.workers));
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return {};
}

}  // namespace luthier

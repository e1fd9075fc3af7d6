#include "service/comparison_view.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/format.h"
#include "core/json_writer.h"
#include "laboratory/comparison/comparison_json.h"
#include "service/http/thinned.h"

namespace luthier {
namespace {

constexpr std::size_t kMostPoints = 240;  // of one experiment

// Tags that every experiment has, so that they can make groups.
std::vector<std::string> shared_tags(std::span<const ExperimentCurve> experiments) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : experiments.front().tags) {
    const bool shared = std::ranges::all_of(
        experiments, [&](const ExperimentCurve& each) { return each.tag(key).has_value(); });
    if (shared && std::ranges::find(keys, key) == keys.end()) {
      keys.push_back(key);
    }
  }
  return keys;
}

std::vector<std::size_t> groups_of(const ComparisonReport& comparison) {
  std::vector<std::size_t> group_of(comparison.experiments.size());
  for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
    for (const std::size_t member : comparison.groups[i].members) {
      group_of[member] = i;
    }
  }
  return group_of;
}

// [trials, seconds, iterations, value]; the last with what was spent in all.
std::vector<std::array<double, 4>> points_of(const ComparisonReport& comparison,
                                             std::size_t experiment) {
  Thinned<std::array<double, 4>> points(kMostPoints);
  const auto add = [&](const BestPoint& at, double value) {
    points.add(
        {static_cast<double>(at.trials), at.time_s, static_cast<double>(at.resource), value});
  };
  if (comparison.singles.empty() || comparison.singles[experiment].empty()) {
    return {};
  }
  for (const BestPoint& point : comparison.singles[experiment]) {
    add(point, point.best);
  }
  add(comparison.experiments[experiment].end, comparison.singles[experiment].back().best);
  return points.points();
}

}  // namespace

std::string comparison_view(const ComparisonReport& comparison,
                            std::span<const std::string> ids,
                            const std::string& command) {
  const auto group_of = groups_of(comparison);
  std::string out;
  JsonWriter json(out);
  json.object().field("name", value_name(comparison)).field("command", command);
  json.field("tags", shared_tags(comparison.experiments)).key("experiments").list();
  for (std::size_t i = 0; i < comparison.experiments.size(); ++i) {
    const ExperimentCurve& experiment = comparison.experiments[i];
    json.object().field("id", ids[i]).field("group", group_of[i]).field("seed", experiment.seed);
    json.field("finished", experiment.finished).field("points", points_of(comparison, i)).end();
  }
  json.end();
  std::string same = to_json(comparison);
  same.pop_back();  // its line's end
  return formatted("{}, {}", out, same.substr(1));
}

}  // namespace luthier

#include "laboratory/comparison/grouping.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"

namespace luthier {
namespace {

// What one experiment is under one key: a plugin, or plain text.
struct Trait {
  PluginSpec plugin;  // text: the name

  std::string text() const { return to_text(plugin); }
};

Result<Trait> trait_of(const ExperimentCurve& experiment, const std::string& key) {
  if (key == "scheduler") {
    return Trait{experiment.scheduler};
  }
  if (key == "searcher") {
    return Trait{experiment.searcher};
  }
  if (key == "experiment") {
    return Trait{{experiment.name}};
  }
  if (key == "jobs") {
    return Trait{{std::to_string(experiment.jobs)}};
  }
  if (const auto tag = experiment.tag(key)) {
    return Trait{{*tag}};
  }
  return failure(ErrorCode::invalid_argument,
                 "experiment '{}' has no tag '{}'; group by scheduler, searcher, jobs, experiment "
                 "or a tag that all of them have",
                 experiment.name,
                 key);
}

// The options that are not the same in every trait of this plugin; all of them for a lone one are
// the same, so its label is its name.
std::string short_text(const Trait& trait, std::span<const Trait> all) {
  NamedValues told;
  for (const auto& [name, value] : trait.plugin.options) {
    const bool differs = std::ranges::any_of(all, [&](const Trait& other) {
      const Value* there = other.plugin.options.find(name);
      return other.plugin.name == trait.plugin.name && (there == nullptr || !(*there == value));
    });
    if (differs) {
      told.append(name, value);
    }
  }
  return to_text(PluginSpec{trait.plugin.name, told});
}

// Takes a character off the front of `text`, or all of an unsigned number.
std::string_view take_part(std::string_view& text, std::optional<double>& number) {
  number.reset();
  std::size_t length = 1;
  if (text.front() >= '0' && text.front() <= '9') {
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    length = static_cast<std::size_t>(read.ptr - text.data());
    number = value;
  }
  const std::string_view part = text.substr(0, length);
  text.remove_prefix(length);
  return part;
}

// Numbers first; then by bytes, but by size where both have a number: m2 before m10.
bool comes_before(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& text) {
    const auto parsed = parse_number(text);
    return parsed && std::isfinite(*parsed) ? parsed : std::nullopt;
  };
  const auto x = number(a);
  const auto y = number(b);
  if (x.has_value() != y.has_value()) {
    return x.has_value();
  }
  if (x) {
    return *x < *y;
  }
  std::string_view rest_a = a;
  std::string_view rest_b = b;
  while (!rest_a.empty() && !rest_b.empty()) {
    std::optional<double> in_a;
    std::optional<double> in_b;
    const std::string_view part_a = take_part(rest_a, in_a);
    const std::string_view part_b = take_part(rest_b, in_b);
    if (in_a && in_b && *in_a != *in_b) {
      return *in_a < *in_b;
    }
    if (!(in_a && in_b) && part_a != part_b) {
      return part_a < part_b;
    }
  }
  return rest_a.empty() && !rest_b.empty();
}

// "asha tpe jobs=4", without the keys whose trait is the same everywhere.
std::string label_of(std::span<const std::string> keys,
                     const std::vector<Trait>& traits,
                     const std::vector<std::vector<Trait>>& all) {
  std::vector<std::string> parts;
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const bool same = std::ranges::all_of(
        all[k], [&](const Trait& other) { return other.plugin == all[k].front().plugin; });
    if (same && keys.size() > 1) {
      continue;
    }
    const bool plugin = keys[k] == "scheduler" || keys[k] == "searcher";
    const std::string text = plugin ? short_text(traits[k], all[k]) : traits[k].text();
    parts.push_back(plugin || keys.size() == 1 ? text : formatted("{}={}", keys[k], text));
  }
  return parts.empty() ? short_text(traits.front(), all.front()) : join(parts, " ");
}

}  // namespace

Result<std::vector<Group>> group_experiments(std::span<const ExperimentCurve> experiments,
                                             std::span<const std::string> by) {
  const std::vector<std::string> usual = {"scheduler", "searcher", "jobs"};
  const std::span<const std::string> keys = by.empty() ? std::span<const std::string>(usual) : by;
  std::vector<std::vector<Trait>> of_key(keys.size());
  std::vector<std::vector<Trait>> of_experiment(experiments.size());
  for (std::size_t k = 0; k < keys.size(); ++k) {
    for (std::size_t i = 0; i < experiments.size(); ++i) {
      LUTHIER_TAKE(auto trait, trait_of(experiments[i], keys[k]));
      of_key[k].push_back(trait);
      of_experiment[i].push_back(std::move(trait));
    }
  }
  std::map<std::vector<std::string>, Group> groups;
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    std::vector<std::string> identity;
    for (const Trait& trait : of_experiment[i]) {
      identity.push_back(trait.text());
    }
    Group& group = groups[std::move(identity)];
    group.members.push_back(i);
    if (group.label.empty()) {
      group.label = label_of(keys, of_experiment[i], of_key);
    }
  }
  std::vector<Group> ordered;
  for (auto& [identity, group] : groups) {
    ordered.push_back(std::move(group));
  }
  std::ranges::stable_sort(
      ordered, [](const Group& a, const Group& b) { return comes_before(a.label, b.label); });
  return ordered;
}

}  // namespace luthier

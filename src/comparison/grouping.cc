#include "comparison/grouping.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/text.h"

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
  if (key == "jobs") {
    return Trait{{std::to_string(experiment.jobs)}};
  }
  if (const auto tag = experiment.tag(key)) {
    return Trait{{*tag}};
  }
  return Error{ErrorCode::invalid_argument,
               "experiment '" + experiment.name + "' has no tag '" + key +
                   "'; group by scheduler, searcher, jobs or a tag that all of them have"};
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

// Numbers first, by size; then other text by its bytes.
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
  return x ? *x < *y : a < b;
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
    parts.push_back(plugin || keys.size() == 1 ? text : keys[k] + "=" + text);
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
      auto trait = trait_of(experiments[i], keys[k]);
      if (!trait) {
        return trait.error();
      }
      of_key[k].push_back(*trait);
      of_experiment[i].push_back(std::move(*trait));
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

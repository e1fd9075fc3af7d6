// What helps where no trial reported the objective: it was misspelt, and stands under another name
// in what the trials did report.
#include <algorithm>
#include <optional>

#include "base/format.h"
#include "base/text.h"
#include "cli/advice/correction.h"
#include "cli/advice/failure_advice.h"
#include "cli/advice/objective_guess.h"

namespace luthier::cli {
namespace {

using Words = std::vector<std::string>;

std::optional<std::string> between(const std::string& text,
                                   std::string_view begin,
                                   std::string_view ends) {
  const auto at = text.find(begin);
  if (at == std::string::npos) {
    return std::nullopt;
  }
  const auto from = at + begin.size();
  return text.substr(from, text.find(ends, from) - from);
}

// What the trial's failure says that it reported: sentences of the executors and the engine.
Words reported_in(const std::string& message) {
  if (const auto several = between(message, "it can mean '", "': name")) {
    Words names;
    for (std::string left = *several; !left.empty();) {
      const auto end = left.find("' or '");
      names.push_back(left.substr(0, end));
      left = end == std::string::npos ? "" : left.substr(end + 6);
    }
    return names;
  }
  for (const std::string_view begin : {"metrics seen: ", "metrics reported: "}) {
    if (auto list = between(message, begin, ";")) {
      Words names = split(list->substr(0, list->find(" (did you mean ")), ',');
      std::ranges::for_each(names, [](std::string& name) { name = std::string(trim(name)); });
      return names == Words{"none"} ? Words() : names;
    }
  }
  return {};
}

bool is_of_objectives(const ExperimentSpec& spec, const std::string& name) {
  return std::ranges::find(spec.objectives, name, &Objective::metric) != spec.objectives.end();
}

// The likeliest of those whose names say quality, the same way up.
std::optional<std::string> likeliest(const Objective& objective, const Words& names) {
  std::optional<std::string> best;
  for (const auto& name : names) {
    const bool better = !best || metric_kind(name) < metric_kind(*best);
    if (better && metric_kind(name) <= MetricKind::training &&
        more_is_better(name) == (objective.mode == Mode::max)) {
      best = name;
    }
  }
  return best;
}

std::optional<std::string> meant_by(const Objective& objective, const Words& names) {
  if (std::ranges::find(names, objective.metric) != names.end()) {
    return objective.metric;
  }
  const auto close = closest_name(objective.metric, names);
  return close ? close : likeliest(objective, names);
}

std::string_view option_of(const Objective& objective) {
  return objective.mode == Mode::min ? "--min" : "--max";
}

// Puts `value` in the place of the option's own, wherever it was typed; false: it was not.
bool retype(Words& words, std::string_view option, std::string_view old, const std::string& value) {
  const auto end = std::ranges::find(words, "--");
  for (auto word = words.begin(); word != end; ++word) {
    const bool next = *word == option && word + 1 != end;
    if (next && (old.empty() || trim(*(word + 1)) == old)) {
      *(word + 1) = value;
      return true;
    }
    const auto equals = word->find('=');
    if (equals != std::string::npos && word->substr(0, equals) == option &&
        (old.empty() || trim(word->substr(equals + 1)) == old)) {
      *word = formatted("{}={}", option, value);
      return true;
    }
  }
  return false;
}

// Those of a file are replaced by options, all of them.
void retype_objectives(Words& words, const ExperimentSpec& spec, const Words& meant) {
  bool all = true;
  for (std::size_t i = 0; i < meant.size(); ++i) {
    const Objective& objective = spec.objectives[i];
    all = retype(words, option_of(objective), objective.metric, meant[i]) && all;
  }
  for (std::size_t i = 0; i < meant.size() && !all; ++i) {
    words.insert(words.begin(), {std::string(option_of(spec.objectives[i])), meant[i]});
  }
}

}  // namespace

std::string objective_advice(const std::string& message,
                             const ExperimentSpec& spec,
                             std::string_view verb,
                             std::span<const std::string> typed,
                             const std::string& name) {
  const bool missing = message.find("without a value of '") != std::string::npos;
  const Words names = missing ? reported_in(message) : Words();
  Words meant;
  Words other;
  for (const Objective& objective : spec.objectives) {
    const auto found = meant_by(objective, names);
    if (!found || (*found != objective.metric && is_of_objectives(spec, *found))) {
      return {};
    }
    meant.push_back(*found);
    if (*found != objective.metric) {
      other.push_back(formatted("'{}' instead of '{}'", *found, objective.metric));
    }
  }
  if (other.empty()) {
    return {};
  }
  const std::string sentence = "to optimise " + join(other, " and ");
  if (verb != "run" && verb != "try") {
    return sentence +
           ", start a new experiment with `luthier run`: the objective of this one can't change";
  }
  Words words(typed.begin(), typed.end());
  retype_objectives(words, spec, meant);
  if (!name.empty() && !retype(words, "--name", "", name)) {
    words.insert(words.begin(), {"--name", name});
  }
  return formatted("{}, type: {}", sentence, Correction(verb, words).line());
}

}  // namespace luthier::cli

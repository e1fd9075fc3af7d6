#include "cli/advice/guesses.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "cli/advice/objective_guess.h"

namespace luthier::cli {

std::optional<std::string> close_option(const std::string& word,
                                        std::span<const std::string> names) {
  if (!word.starts_with("--")) {
    const auto same = std::ranges::find(names, "-" + word);
    return same == names.end() ? std::nullopt : std::optional(*same);
  }
  if (auto close = closest_name(word, names)) {
    return close;
  }
  const auto part = std::ranges::find_if(names, [&](const std::string& name) {
    return name.size() >= 5 && (word.starts_with(name) || word.ends_with(name.substr(1)));
  });
  return part == names.end() ? std::nullopt : std::optional(*part);
}

Guesses::Guesses(const Command& command, std::span<const std::string> words)
    : command_(command), correction_(command.name, words) {}

void Guesses::problem(std::string sentence) {
  problems_.push_back(std::move(sentence));
}

void Guesses::meant(const std::string& name,
                    std::string sentence,
                    std::size_t at,
                    std::size_t count,
                    std::vector<std::string> with) {
  problems_.push_back(std::move(sentence));
  if (!name.empty()) {
    names_.push_back(name);
  }
  correction_.replace(at, count, std::move(with));
  ++corrected_;
}

void Guesses::program_without_dashes(const std::string& word, std::size_t at) {
  problems_.push_back(
      formatted("the program to run goes after '--', which is missing before '{}'", word));
  correction_.program_from(at);
  ++corrected_;
}

void Guesses::foreign(const std::string& name,
                      const ForeignOption& option,
                      const std::optional<std::string>& value,
                      std::size_t at,
                      std::size_t count) {
  const std::string begin = formatted("'luthier {}' has no option '{}", command_.name, name);
  const std::string given = value.value_or("");
  switch (option.kind) {
    case ForeignKind::metric:
      metric_ = Said{given, at, count};
      return meant(name, begin + "'; the metric is named with --min or --max", at, count, {});
    case ForeignKind::direction:
      direction_ = Said{given, at, count};
      return meant(name, begin + "'; --min and --max name the metric", at, count, {});
    case ForeignKind::halving:
      halving_.push_back({formatted("{}={}", option.ours, given), at, count});
      return meant(name, begin + "'; it is an option of the scheduler", at, count, {});
    case ForeignKind::program:
      correction_.append({"--"});
      correction_.append(runnable(split_words(given)));
      return meant(name, begin + "'; the program goes after '--'", at, count, {});
    case ForeignKind::file:
      return meant(name, begin + "'; name the file without an option", at, count, {given});
    default: {
      auto words = spelled_here(option, given);
      std::string sentence = formatted("{}'; did you mean '{}'?", begin, words.front());
      if (!value) {
        words.pop_back();
      }
      return meant(name, std::move(sentence), at, count, std::move(words));
    }
  }
}

// --metric loss --mode min is --min loss; a metric alone often tells by its name.
void Guesses::settle_objective(bool has_objective) {
  const std::string said(direction_ ? direction_of(direction_->value) : "");
  if (metric_) {
    const auto more = more_is_better(metric_->value);
    const std::string way = !said.empty() ? said : more.value_or(false) ? "max" : "min";
    correction_.replace(metric_->at, metric_->count, {"--" + way, metric_->value});
  } else if (direction_ && !has_objective) {
    correction_.replace(
        direction_->at, direction_->count, {said == "max" ? "--max" : "--min", "METRIC"});
  }
}

// Several options of asha are one value here.
void Guesses::settle_halving() {
  std::string options;
  for (const Said& each : halving_) {
    options += (options.empty() ? "" : ",") + each.value;
  }
  if (!halving_.empty()) {
    correction_.replace(
        halving_.front().at, halving_.front().count, {"--scheduler", "asha:" + options});
  }
}

std::string Guesses::one_sentence() const {
  if (names_.size() < problems_.size() || problems_.size() == 1) {
    std::string all;
    for (const auto& problem : problems_) {
      all += (all.empty() ? "" : all.ends_with('?') ? " " : "; ") + problem;
    }
    return all;
  }
  return formatted("'luthier {}' has no options '{}'", command_.name, join(names_, "', '"));
}

std::string Guesses::text(bool has_objective) {
  if (corrected_ < problems_.size()) {
    return join(problems_, "\n");
  }
  settle_objective(has_objective);
  settle_halving();
  const std::string sentence = one_sentence();
  return sentence + (sentence.ends_with('?') ? " type: " : "; type: ") + correction_.line();
}

}  // namespace luthier::cli

#include <algorithm>
#include <array>
#include <cmath>

#include "base/format.h"
#include "base/text.h"
#include "base/unknown_option.h"
#include "luthier/plugin.h"

namespace luthier {
namespace {

// The value in the option's own type, or nothing.
std::optional<Value> convert(const OptionSpec& spec, const Value& given) {
  switch (spec.type) {
    case OptionType::number:
      if (given.boolean() == nullptr && given.number()) {
        return Value(*given.number());
      }
      return std::nullopt;
    case OptionType::integer:
      if (given.boolean() == nullptr && given.integer()) {
        return Value(*given.integer());
      }
      return std::nullopt;
    case OptionType::boolean:
      return given.boolean() != nullptr ? std::optional<Value>(given) : std::nullopt;
    case OptionType::text:
      return given.text() != nullptr ? std::optional<Value>(given) : std::nullopt;
  }
  return std::nullopt;
}

std::string_view type_name(OptionType type) {
  switch (type) {
    case OptionType::number:
      return "a number";
    case OptionType::integer:
      return "an integer";
    case OptionType::boolean:
      return "true or false";
    case OptionType::text:
      return "text";
  }
  return "";
}

// Why `value` is not allowed, or empty.
std::string range_problem(const OptionSpec& spec, const Value& value) {
  if (const auto number = value.number(); number && spec.type != OptionType::boolean) {
    if (!(*number >= spec.minimum)) {
      return "at least " + format_number(spec.minimum);
    }
    if (!(*number <= spec.maximum)) {
      return "at most " + format_number(spec.maximum);
    }
  }
  if (const auto* text = value.text();
      text && !spec.choices.empty() &&
      std::ranges::find(spec.choices, *text) == spec.choices.end()) {
    return "one of " + join(spec.choices, ", ");
  }
  return {};
}

// What other tools call our options.
std::string_view other_option_name(std::string_view name) {
  struct OptionRow {
    std::string_view theirs;
    std::string_view ours;
  };
  static constexpr std::array kOptions = {OptionRow{"eta", "reduction_factor"},
                                          OptionRow{"halving_factor", "reduction_factor"},
                                          OptionRow{"max_resource", "max_t"},
                                          OptionRow{"max_epochs", "max_t"},
                                          OptionRow{"max_iter", "max_t"},
                                          OptionRow{"max_budget", "max_t"},
                                          OptionRow{"r_max", "max_t"},
                                          OptionRow{"min_resource", "grace_period"},
                                          OptionRow{"min_budget", "grace_period"},
                                          OptionRow{"min_t", "grace_period"},
                                          OptionRow{"n_warmup_steps", "grace_period"},
                                          OptionRow{"warmup", "grace_period"},
                                          OptionRow{"n_startup_trials", "startup_trials"},
                                          OptionRow{"n_initial_points", "startup_trials"},
                                          OptionRow{"n_random_starts", "startup_trials"},
                                          OptionRow{"n_ei_candidates", "candidates"},
                                          OptionRow{"gamma", "good_fraction"},
                                          OptionRow{"sigma0", "sigma"},
                                          OptionRow{"popsize", "population"},
                                          OptionRow{"population_size", "population"},
                                          OptionRow{"n_min_trials", "min_trials"}};
  const auto* const row = std::ranges::find(kOptions, name, &OptionRow::theirs);
  return row == kOptions.end() ? std::string_view() : row->ours;
}

std::string unknown_here(std::string_view what,
                         std::string_view name,
                         std::span<const std::string> known) {
  const std::string meant(other_option_name(name));
  if (std::ranges::find(known, meant) == known.end()) {
    return unknown_option(what, name, known);
  }
  return formatted(
      "{} has no option '{}'; did you mean '{}'? known: {}", what, name, meant, join(known, ", "));
}

}  // namespace

Result<NamedValues> resolve_options(std::string_view what,
                                    std::span<const OptionSpec> specs,
                                    const NamedValues& given) {
  std::vector<std::string> problems;
  std::vector<std::string> known;
  for (const auto& spec : specs) {
    known.push_back(spec.name);
  }
  for (const auto& [name, value] : given) {
    if (std::ranges::find(known, name) == known.end()) {
      problems.push_back(unknown_here(what, name, known));
    }
  }
  NamedValues resolved;
  for (const auto& spec : specs) {
    const Value* value = given.find(spec.name);
    if (value == nullptr) {
      if (!spec.default_value.is_null()) {
        resolved.append(spec.name, spec.default_value);
      }
      continue;
    }
    const auto converted = convert(spec, *value);
    const std::string wanted(converted ? range_problem(spec, *converted) : type_name(spec.type));
    if (!wanted.empty()) {
      problems.push_back(formatted(
          "option {} of {} is {}; it must be {}", spec.name, what, to_json(*value), wanted));
      continue;
    }
    resolved.append(spec.name, *converted);
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return resolved;
}

}  // namespace luthier

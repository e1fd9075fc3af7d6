#include <algorithm>
#include <cmath>

#include "base/text.h"
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
      problems.push_back(unknown_name("option of " + std::string(what), name, known));
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
      problems.push_back("option " + spec.name + " of " + std::string(what) + " is " +
                         to_json(*value) + "; it must be " + wanted);
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

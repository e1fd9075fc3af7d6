// The words of the distributions, and parameters as text.
#pragma once

#include <array>
#include <string_view>

#include "luthier/space.h"

namespace luthier {

struct DomainWord {
  std::string_view word;
  DomainKind kind;
  std::string_view arguments;  // of the numeric kinds, in order; empty: a list of values
  std::size_t count;
};
// In the order of DomainKind.
inline constexpr std::array<DomainWord, 16> kDomainWords = {{
    {"uniform", DomainKind::uniform, "low, high", 2},
    {"loguniform", DomainKind::loguniform, "low, high", 2},
    {"quniform", DomainKind::quniform, "low, high, step", 3},
    {"qloguniform", DomainKind::qloguniform, "low, high, step", 3},
    {"randint", DomainKind::randint, "low, high", 2},
    {"qrandint", DomainKind::qrandint, "low, high, step", 3},
    {"lograndint", DomainKind::lograndint, "low, high", 2},
    {"qlograndint", DomainKind::qlograndint, "low, high, step", 3},
    {"normal", DomainKind::normal, "mean, standard deviation", 2},
    {"qnormal", DomainKind::qnormal, "mean, standard deviation, step", 3},
    {"choice", DomainKind::choice, "", 0},
    {"grid", DomainKind::grid, "", 0},
    {"constant", DomainKind::constant, "", 0},
    {"expr", DomainKind::expression, "", 0},
    {"flag", DomainKind::flag, "", 0},
    {"secret", DomainKind::secret, "", 0},
}};

// A value as the text of its domain has it: text without quotes, True where True was typed; lists
// as JSON apart from those words.
std::string as_typed(const Domain& domain, const Value& value);

// "DISTRIBUTION" or "DISTRIBUTION if CONDITION" for a parameter of this name.
Result<Parameter> parse_parameter(std::string_view name, std::string_view text);
// The same for a value from a file: text is read as above, a list is a choice, anything else a
// constant.
Result<Parameter> make_parameter(std::string_view name, const Value& value);

}  // namespace luthier

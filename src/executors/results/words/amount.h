// Amount: a number as programs print it: 97%, 1.000D-03, 12,345.6, 25.3k, tensor(0.52), [0.5],
// 0.48+0.01, 9810/10000, 0m1.234s. What could be read in two ways (0,5 and 1,234) is no number.
#pragma once

#include <optional>
#include <string_view>

#include "luthier/value.h"

namespace luthier {

struct Amount {
  Value value;
  std::string_view unit = {};  // as printed: "ms", "%"; empty: none
  std::size_t length = 0;      // bytes of the text, brackets, quotes and an attached unit included
  bool quoted = false;         // stands in quotes: a number only for who asks for it
};

// The amount that `text` begins with; it ends where a word ends.
std::optional<Amount> leading_amount(std::string_view text);
// The number that a value of a record holds: texts such as "0.52" and lists of one count too.
std::optional<Value> number_of(const Value& value);
// `text` is an amount and nothing else.
bool is_amount(std::string_view text);

// Of a word after a number: ms, seconds, MB, images/s.
bool is_unit(std::string_view word);
// `value` of unit `from` in unit `to`: 1.2 s are 1200 ms. Unchanged where they measure two things.
Value converted(const Value& value, std::string_view from, std::string_view to);

}  // namespace luthier

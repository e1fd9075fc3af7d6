// Reading JSON: strict, never throws, errors with a position, at most 64 levels deep. Integers that
// fit into 64 bits stay exact, larger ones become doubles; a number beyond the doubles becomes an
// infinity or 0. Invalid UTF-8 inside text becomes U+FFFD. (to_json in luthier/value.h writes.)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier {

struct JsonOptions {
  // The texts "NaN", "Infinity" and "-Infinity" (as to_json writes them) and the same words without
  // quotes (as Python writes them) are doubles.
  bool special_numbers = false;
};

// Any JSON document. Members keep their order, and all of them where a key repeats.
struct Json {
  enum class Kind { scalar, list, object } kind = Kind::scalar;
  Value value = {};  // of a scalar
  std::vector<Json> items = {};
  std::vector<std::pair<std::string, Json>> members = {};

  const Json* find(std::string_view key) const;  // the last one of that key
  // Scalars, and lists of them; nothing where an object is inside.
  std::optional<Value> to_value() const;
};
Result<Json> parse_json(std::string_view text, JsonOptions options = {});

// An object of scalars and lists, order kept; of equal keys the last value counts, at the place of
// the first. Nested objects are flattened: {"a": {"b": 1}} is {"a/b": 1}. An object inside a list
// is an error. This is the reader of metric lines and configurations.
Result<NamedValues> parse_json_object(std::string_view text, JsonOptions options = {});

// The double that one of those three words stands for.
std::optional<double> special_number(std::string_view word);

}  // namespace luthier

// RequestTarget: the path and the query of a request, decoded once and strictly.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luthier/error.h"

namespace luthier {

struct RequestTarget {
  std::vector<std::string> segments = {};  // of the path, decoded: "/a/b%20c" is "a", "b c"
  std::vector<std::pair<std::string, std::string>> query = {};

  // The last value of that name.
  const std::string* find(std::string_view name) const;
};

// Refuses what is no absolute path, wrong escapes, NUL, "." and ".." and empty segments, however
// they are written; a '/' in a segment can only be an escaped one, and is refused too.
Result<RequestTarget> parse_target(std::string_view target);

// "%41" and, in a query, '+': nothing where an escape is wrong.
std::optional<std::string> decoded(std::string_view text, bool plus_is_blank);

}  // namespace luthier

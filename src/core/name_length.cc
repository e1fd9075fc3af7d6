#include "core/name_length.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"

namespace luthier {

std::string name_length_problem(std::string_view what, std::string_view name) {
  // Every byte of UTF-8 that begins a character.
  const auto length = std::ranges::count_if(
      name, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  if (static_cast<std::size_t>(length) <= kLongestName) {
    return {};
  }
  constexpr std::size_t kShown = 20;
  return formatted("a name must have at most {} characters; that of {} '{}...' has {}",
                   kLongestName,
                   what,
                   to_utf8(name.substr(0, kShown)),
                   length);
}

}  // namespace luthier

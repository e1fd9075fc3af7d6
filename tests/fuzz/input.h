// Input: the bytes that a fuzz target is given, taken apart from the front. What is missing is
// empty or 0, so that every input is one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace luthier {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }

  std::uint8_t byte() {
    const std::string_view part = take(1);
    return part.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(part.front());
  }

  // Up to the next `end`, which belongs to no part.
  std::string_view up_to(char end) {
    const std::string_view part = take(std::min(rest_.find(end), rest_.size()));
    take(1);
    return part;
  }

  // Up to a line "---".
  std::string_view section() {
    constexpr std::string_view kEnd = "\n---\n";
    const std::string_view part = take(std::min(rest_.find(kEnd), rest_.size()));
    take(kEnd.size());
    return part;
  }

  // As many bytes as the next two say, the low one first.
  std::string_view sized() {
    const std::size_t low = byte();
    return take(low + (std::size_t{256} * byte()));
  }

  std::string_view rest() { return take(rest_.size()); }

 private:
  std::string_view take(std::size_t count) {
    const std::string_view part = rest_.substr(0, count);
    rest_.remove_prefix(part.size());
    return part;
  }

  std::string_view rest_;
};

}  // namespace luthier

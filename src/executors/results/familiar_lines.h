// FamiliarLines: the shapes of the lines heard last, which is what they are without their numbers.
// Programs print the same line again and again; one that differs from an earlier one in nothing but
// plain numbers is known to say the same with other values, and need not be taken apart.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executors/results/mention.h"

namespace luthier {

class FamiliarLines {
 public:
  // `heard` is what was read in `line`. It becomes familiar only if its numbers can change nothing
  // but the values of the mentions, whatever plain numbers they are. `needles`: lines are read only
  // for one of them, which therefore has to stand outside of the numbers.
  void learn(std::string_view line, const Heard& heard, const std::vector<std::string>& needles);
  // What reading `line` would give; null where it has to be read. Valid until the next call.
  const Heard* recognise(std::string_view line);
  // What lines say depends on more than their text, and that has changed.
  void forget();

 private:
  struct Number {
    std::string before;       // the text between the number before and this one
    std::size_t mention = 0;  // which has this number as its value
  };
  struct Shape {
    std::vector<Number> numbers;  // none: nothing was learnt
    std::string end;              // the text behind the last number
    Heard heard;

    bool has(std::string_view text) const;  // outside of the numbers
  };

  static std::optional<Shape> shape_of(std::string_view line, const Heard& heard);
  static bool read(Shape& shape, std::string_view line);

  std::array<Shape, kShapesKept> shapes_;
  std::uint64_t learnt_ = 0;
};

}  // namespace luthier

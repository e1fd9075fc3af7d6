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

#include "executors/results/words/mention.h"

namespace luthier {

class FamiliarLines {
 public:
  // `heard` is what was read in `line`. It becomes familiar only if its numbers can change nothing
  // but the values of the mentions and the epoch, whatever plain numbers they are. `needles`: lines
  // are read only for one of them, which therefore has to stand outside of the numbers.
  void learn(std::string_view line, const Heard& heard, const std::vector<std::string>& needles);
  // What reading `line` would give; null where it has to be read. Valid until the next call.
  const Heard* recognise(std::string_view line);
  // The same of the line that `bytes` begin with, for whole lines that no bar can be drawn in.
  // `length`: of the line with its end.
  const Heard* recognise_first(std::string_view bytes, std::size_t& length);
  // What lines say depends on more than their text, and that has changed.
  void forget();

 private:
  // A number of a shape: the value of a mention, or one that is none. Of these all digits may be
  // others, but their count stays.
  struct Number {
    std::string before;       // the text between the number before and this one
    std::size_t mention = 0;  // which has this number as its value
    std::size_t digits = 0;   // not 0: of a number that is no value
    bool epoch = false;       // ... and that is the epoch
  };
  struct Shape {
    std::vector<Number> numbers;  // none: nothing was learnt
    std::string end;              // the text behind the last number
    bool drawable = false;        // a bar could be drawn in such a line
    Heard heard;

    bool has(std::string_view text) const;  // outside of the numbers
  };
  class Learner;

  const Heard* recognise(std::string_view bytes, bool first, std::size_t& length);
  static bool read(Shape& shape, std::string_view bytes, std::size_t& at);

  std::array<Shape, kShapesKept> shapes_;
  std::uint64_t learnt_ = 0;
  std::size_t latest_ = 0;  // the shape of the line that was recognised last
};

}  // namespace luthier

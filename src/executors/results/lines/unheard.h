// Unheard: lines whose numbers are no results, whatever they are called: tracebacks, echoes of the
// shell's `set -x`, usage texts, settings printed before training.
#pragma once

#include <string_view>

namespace luthier {

class Unheard {
 public:
  // Whether `line` is to be passed over. Lines come in order: some begin a passage.
  bool passes_over(std::string_view line);
  // Whether a passage is open.
  bool inside() const { return passage_ != Passage::none; }

 private:
  enum class Passage : unsigned char { none, traceback, usage };
  Passage passage_ = Passage::none;
};

// What holds settings: `Namespace(lr=0.1, loss=7)`, `config: {...}`, `Arguments: ...`.
bool is_settings(std::string_view line);
// The same, wherever it stands in the line; is_settings() looks at the line's beginning.
bool has_settings(std::string_view line);

}  // namespace luthier

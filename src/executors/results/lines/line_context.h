// What the words around names say about them: the data they were measured on, that a number is
// another one's; and which lines are headings of those below.
#pragma once

#include <string_view>

#include "executors/results/words/words.h"

namespace luthier {

// What the words of `text` between names say about what follows.
struct Between {
  DataContext data = {};
  bool of_another = false;
  bool final = false;
  bool counter = false;
};

Between read_between(std::string_view text);

// A short line that ends or begins as headings do and holds no number but an epoch's. Told by the
// line alone, so that it makes no difference which lines are read closely.
bool is_heading(std::string_view text);

}  // namespace luthier

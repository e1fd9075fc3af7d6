// A mention: a number that a line of output gives a name to. What one line, row or object says is
// a Heard.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "executors/results/words/words.h"
#include "luthier/value.h"

namespace luthier {

// In the order in which they are preferred.
enum class MentionForm : std::uint8_t {
  record,      // of a JSON object or Python dict; a pattern's group
  pair,        // name=value, name: value, name -> value, | name | value |
  table,       // column header, and row label where there is one
  row,         // row label; the first of several numbers
  name_value,  // name value
  value_name,  // value name
};

struct Mention {
  std::string name;  // as printed
  Value value;
  std::string unit = {};
  MentionForm form = MentionForm::pair;
  DataContext data = {};    // what the line around the name says
  bool of_another = false;  // the best so far, a target, a setting
  bool setting = false;     // of those of_another: the line shows how the program was started
  bool final = false;
  bool only_if_wanted = false;  // of a form that is heard only for names that were asked for
};

constexpr std::size_t kShapesKept = 8;  // numbers of shapes go up one by one

struct Heard {
  std::vector<Mention> mentions = {};
  std::optional<double> epoch = {};               // the outer counter in the line
  bool epoch_of_heading = false;                  // ... is that of a heading above it
  std::optional<std::size_t> epoch_mention = {};  // whose value it is
  bool counted = false;                           // some counter stands in the line
  std::string line = {};                          // its end, for people
  // Not 0: others of one stream with this shape differ in nothing but values, epoch and line.
  std::uint64_t shape = 0;
};

}  // namespace luthier

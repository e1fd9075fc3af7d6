// What an Understanding holds, and its text. The text comes from logs, which may be a stranger's:
// reading it checks everything and bounds its size.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "executors/results/hearing.h"
#include "executors/results/words/likeness.h"

namespace luthier {

// What a wanted name stands for.
struct Meaning {
  std::string wanted;
  std::string printed;  // as it was printed first
  std::string name;     // comparable_name() of that
  MentionForm form = MentionForm::pair;
  DataContext data = {};
  bool counted = false;
  bool final = false;
  bool once_an_epoch = false;  // a heading counts epochs, and it came once below each
  std::string unit = {};
  OutputStream stream = OutputStream::output;

  friend bool operator==(const Meaning&, const Meaning&) = default;
};

struct Understood {
  std::vector<Meaning> meanings = {};
  // Keys of the names that a group of lines has, of one stream; empty: not known.
  std::vector<std::string> output_group = {};
  std::vector<std::string> error_group = {};
};

std::string understanding_text(const Understood& understood);
Result<Understood> parse_understanding(std::string_view text);

}  // namespace luthier

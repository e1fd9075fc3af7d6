// Unbound: reads a trial without what the experiment understood before. A name may hold a word that
// changes with the configuration ("adam acc", then "sgd acc"): what was understood then finds
// nothing, and what stands in its place is heard when the trial has ended.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "executors/results/hearing.h"
#include "executors/results/lines/line_reader.h"
#include "executors/results/listener.h"

namespace luthier {

class Unbound {
 public:
  // What came before, as it was read without an understanding.
  Unbound(const LineReader& output, const LineReader& error, const Listener& listener)
      : readers_{output, error}, listener_(listener) {}

  void line(OutputStream stream, std::string_view text);
  void finish(OutputStream stream);
  // The results of names that stand where those of `understood` stood: of the same data, form and
  // stream. None where anything else would be heard.
  std::vector<Metrics> in_place_of(const Understood& understood);

 private:
  std::array<LineReader, 2> readers_;
  Listener listener_;
};

}  // namespace luthier

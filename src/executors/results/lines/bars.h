// Bars: of all redraws of a progress bar the last one counts. A redraw waits until its bar starts
// over or its outer counter (epoch 3/10) changes, until something else is printed after a bar that
// is full, or until the stream ends.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executors/results/lines/screen.h"

namespace luthier {

// What a line shows of a bar: tqdm, Keras, rich and their like.
struct BarLine {
  bool drawn = false;                   // has a bar of characters in it
  std::optional<double> progress = {};  // from 0 to 1
  std::optional<double> counter = {};   // the outer counter
  std::string identity = {};            // the same for all redraws of one bar
  std::size_t begins = 0;               // where the bar and what belongs to it begin
};
BarLine read_bar(std::string_view line);

// The number behind a word such as `epoch` in `text`: "Epoch [3/10]" is 3.
std::optional<double> epoch_in(std::string_view text);

class Bars {
 public:
  using OnLine = std::function<void(std::string_view line)>;

  void line(const ScreenLine& line, const OnLine& on_line);
  void finish(const OnLine& on_line);

  // No redraw waits.
  bool idle() const { return waiting_.empty(); }

 private:
  struct Waiting {
    BarLine bar;
    std::string text;
    bool over = false;  // its bar started over
  };

  void redraw(BarLine bar, std::string_view text, const OnLine& on_line);
  void ordinary(const ScreenLine& line, BarLine bar, const OnLine& on_line);
  void release(const OnLine& on_line);

  std::vector<Waiting> waiting_;  // longest since its last redraw first
};

}  // namespace luthier

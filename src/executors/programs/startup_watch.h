// StartupWatch: tells from when results come whether programs spend most of their time starting up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "luthier/clock.h"

namespace luthier {

// When the results of one attempt came.
struct ResultTimes {
  TimePoint started = 0;
  TimePoint first = 0;
  TimePoint last = 0;
  std::int64_t count = 0;

  void add(TimePoint now) {
    first = count == 0 ? now : first;
    last = now;
    ++count;
  }
};

class StartupWatch {
 public:
  // An attempt has ended by itself or was stopped. A sentence for the user once enough attempts
  // agree; nothing before, and nothing after it was said.
  std::optional<std::string> on_ended(const ResultTimes& times, TimePoint now);

 private:
  std::vector<double> startups_s_;
  std::vector<double> totals_s_;
  bool said_ = false;
};

// What passed before the first result beyond what a result takes. Nothing where that can't be told:
// with fewer than three results, or results that came together (a buffer was emptied at the end).
std::optional<double> startup_seconds(const ResultTimes& times, TimePoint ended);

}  // namespace luthier

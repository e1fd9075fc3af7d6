// Records: which of two searchers that take turns has found the better trials, where trials wait
// paused and are compared at the iterations they pause at. A record is a loss below all before it
// at its iteration; searchers that only repeat what is good set none. Fed with facts in log order.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "luthier/trial.h"
#include "search/portfolio/turns.h"

namespace luthier::portfolio {

class Records {
 public:
  // The trial was proposed by the one whose turn it was.
  void added(TrialId trial, Turn turn);
  // It waits paused at this iteration, with this loss.
  void paused(TrialId trial, std::int64_t iteration, double loss);
  void ended(TrialId trial) { turns_.erase(trial.value); }

  // The share of turns of the second, between 0 and 1: by the records a trial of each has set.
  double share_of_second() const;
  // "tpe set 5 records with 40 trials, bohb 2 with 30"
  std::string told(std::string_view first, std::string_view second) const;

 private:
  struct Count {
    std::int64_t trials = 0;
    std::int64_t records = 0;
  };

  std::array<Count, 2> counts_;
  std::map<std::int64_t, double> best_;           // loss by iteration
  std::unordered_map<std::int64_t, Turn> turns_;  // of trials that have not ended, look-ups only
};

}  // namespace luthier::portfolio

// Turns: whether the first choice got stuck where losses repeat exactly, so that two searchers
// should take turns, and which of them has found the better trials since. Fed with facts in log
// order.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "luthier/trial.h"

namespace luthier::portfolio {

enum class Turn : std::uint8_t { first, second };

class Turns {
 public:
  // The trial was proposed by the one whose turn it was.
  void added(TrialId trial, Turn turn);
  void completed(TrialId trial, double loss);
  void failed(TrialId trial) { turns_.erase(trial.value); }

  bool have_begun() const { return have_begun_; }
  // The share of turns of the second, between 0 and 1: more the more of the better trials it found.
  double share_of_second() const;
  // "40 trials repeat a loss; 2 better ones came from gp and 3 from bohb"
  std::string told(std::string_view first, std::string_view second) const;

 private:
  bool have_begun_ = false;
  double best_ = std::numeric_limits<double>::infinity();
  std::int64_t since_best_ = 0;                   // completed trials
  std::int64_t repeated_ = 0;                     // trials with the loss of an earlier one
  std::array<std::int64_t, 2> found_ = {};        // better trials since turns began
  std::unordered_set<double> losses_;             // membership only
  std::unordered_map<std::int64_t, Turn> turns_;  // of running trials, look-ups only
};

}  // namespace luthier::portfolio

// Reading: what a scheduler takes from a result: its time (option `time_attr`) and its loss, or its
// losses with several objectives, ranked (core/state/ranked_loss.h): a result that misses a
// requirement comes after all that do not. Also writes them in the words a person uses.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "luthier/plugin.h"
#include "luthier/trial.h"

namespace luthier {

// The option every scheduler but fifo has.
OptionSpec time_attr_option();

// How many of a rung go on, in a reason: "the best 3 go on", "none goes on yet".
std::string go_on_text(double count);

class Reading {
 public:
  explicit Reading(const PluginContext& context);

  // The result's training iteration, or its metric named by `time_attr`; nothing when that metric
  // is missing or is no finite number.
  std::optional<double> time(const TrialResult& result) const;
  bool is_multi_objective() const { return objectives_.size() > 1; }
  // Whether the result has every objective's metric at all (NaN counts: it is a bad result).
  bool has_loss(const TrialResult& result) const;
  // Of the first objective; +infinity where any has no finite number.
  double loss(const TrialResult& result) const;
  std::vector<double> losses(const TrialResult& result) const;

  // The objective's own value of a loss: its sign is turned back when it is maximised. kInfeasible
  // for any infeasible result.
  double value(double loss) const;
  // In six digits, for a reason: "0.52", "NaN or infinite" or "infeasible (by 0.25)".
  std::string show(double loss) const;
  std::string show(std::span<const double> losses) const;  // "loss 0.52, size 3"
  std::string show_time(double time) const;                // "iteration 4" or "seconds 12.5"

 private:
  std::vector<Objective> objectives_;
  std::string time_attr_;
  bool by_iteration_;
};

}  // namespace luthier

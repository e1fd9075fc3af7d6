// What BOHB learns from: results by budget, and at the highest budget with enough of them two
// densities, of the good ones and of the others. Fed with facts in log order.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/ranked_set.h"
#include "core/state/ranked_loss.h"
#include "luthier/trial.h"
#include "search/parzen/mixture.h"

namespace luthier::bohb {

enum class Target : std::uint8_t {
  budget,    // results at the highest budget with enough of them
  progress,  // the last result of every trial; whoever got farther is better
};

struct ModelOptions {
  Target target = Target::budget;
  std::size_t min_points = 0;   // good observations at least; the others too
  double good_fraction = 0.15;  // of the observations
  double spread = 0;            // of the kernels
};

class BudgetModel {
 public:
  BudgetModel(std::span<const parzen::KernelAxis> axes, ModelOptions options);

  // A trial at `point` had this loss, ranked (core/state/ranked_loss.h), maybe +infinity, at
  // `budget`.
  void observe(std::int64_t budget, TrialId trial, double loss, std::vector<double> point);

  bool is_ready() const { return budget_ > 0; }
  std::int64_t budget() const { return budget_; }  // 0: no budget has enough results
  const parzen::Mixture& good() const { return good_.mixture; }
  const parzen::Mixture& other() const { return other_.mixture; }
  std::size_t observations() const { return good().size() + other().size(); }

 private:
  struct Observation {
    int stage = 0;  // target progress: trials of a higher one are better
    double loss = 0;
    std::int64_t trial = 0;
    friend bool operator<(const Observation& a, const Observation& b) {
      const bool a_last = is_infeasible(a.loss);
      const bool b_last = is_infeasible(b.loss);
      return std::tuple(a_last, -a.stage, a.loss, a.trial) <
             std::tuple(b_last, -b.stage, b.loss, b.trial);
    }
  };
  // A mixture whose components are found by trial.
  class Side {
   public:
    Side(std::span<const parzen::KernelAxis> axes, parzen::MixtureOptions options)
        : mixture(axes, options) {}
    void add(std::int64_t trial, std::span<const double> point);
    std::vector<double> take(std::int64_t trial);
    bool has(std::int64_t trial) const { return where_.contains(trial); }
    void clear();
    parzen::Mixture mixture;

   private:
    std::unordered_map<std::int64_t, std::size_t> where_;  // look-ups only
  };
  struct Trial {
    std::int64_t furthest = 0;  // the largest budget it was observed at
    Observation last;
    std::vector<double> point;
  };
  using Level = RankedSet<Observation>;

  std::size_t wanted_good(std::size_t count) const;
  void model(std::int64_t budget);
  void insert(const Observation& observation);
  void erase(const Observation& observation);
  void observe_progress(
      std::int64_t budget, TrialId trial, double loss, bool is_first, Trial& known);
  void even_out();

  ModelOptions options_;
  std::map<std::int64_t, Level> levels_;            // from the modelled budget up
  std::unordered_map<std::int64_t, Trial> trials_;  // look-ups only
  std::int64_t budget_ = 0;
  Side good_;
  Side other_;
};

}  // namespace luthier::bohb

// What BOHB learns from: results by budget, and at the highest budget with enough of them two
// densities, of the good ones and of the others. Fed with facts in log order.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "base/ranked_set.h"
#include "luthier/trial.h"
#include "search/parzen/mixture.h"

namespace luthier::bohb {

struct ModelOptions {
  std::size_t min_points = 0;   // good observations at least; the others too
  double good_fraction = 0.15;  // of the observations
};

class BudgetModel {
 public:
  BudgetModel(std::span<const parzen::KernelAxis> axes, ModelOptions options);

  // A trial at `point` had this loss, maybe +infinity, at `budget`.
  void observe(std::int64_t budget, TrialId trial, double loss, std::vector<double> point);

  bool is_ready() const { return budget_ > 0; }
  std::int64_t budget() const { return budget_; }  // 0: no budget has enough results
  const parzen::Mixture& good() const { return good_.mixture; }
  const parzen::Mixture& other() const { return other_.mixture; }
  std::size_t observations() const { return good().size() + other().size(); }

 private:
  struct Observation {
    double loss = 0;
    std::int64_t trial = 0;
    friend bool operator<(const Observation& a, const Observation& b) {
      return a.loss != b.loss ? a.loss < b.loss : a.trial < b.trial;
    }
  };
  // A mixture whose components are found by trial.
  class Side {
   public:
    Side(std::span<const parzen::KernelAxis> axes, parzen::MixtureOptions options)
        : mixture(axes, options) {}
    void add(std::int64_t trial, std::span<const double> point);
    std::vector<double> take(std::int64_t trial);
    void clear();
    parzen::Mixture mixture;

   private:
    std::unordered_map<std::int64_t, std::size_t> where_;  // look-ups only
  };
  struct Trial {
    std::int64_t furthest = 0;  // the largest budget it was observed at
    std::vector<double> point;
  };
  using Level = RankedSet<Observation>;

  std::size_t wanted_good(std::size_t count) const;
  void model(std::int64_t budget);
  void insert(const Observation& observation);

  ModelOptions options_;
  std::map<std::int64_t, Level> levels_;            // from the modelled budget up
  std::unordered_map<std::int64_t, Trial> trials_;  // look-ups only
  std::int64_t budget_ = 0;
  Side good_;
  Side other_;
};

}  // namespace luthier::bohb

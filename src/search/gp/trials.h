// Trials: what a search with Gaussian processes knows of every trial: how it stands by each
// objective, and by how much it misses each requirement. Fed with facts in log order.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/pareto/fronts.h"
#include "luthier/trial.h"
#include "search/gp/ranking.h"

namespace luthier::gp {

using TrialIds = std::vector<TrialId>;

// What a kernel is fitted to and a model is made of.
struct Data {
  Points points;
  std::vector<double> values;
};

class Trials {
 public:
  Trials(std::size_t objectives, std::size_t axes);

  // As for Ranking. `excess` as in TrialResult.
  void placed(TrialId trial, const std::vector<double>& point);
  void reported(TrialId trial,
                std::int64_t iteration,
                Losses losses,
                const std::vector<double>& excess);
  void paused(TrialId trial);
  void ended(TrialId trial, TrialState state);

  std::size_t objectives() const { return rankings_.size(); }
  std::size_t requirements() const { return requirements_; }
  // A trial stands by all objectives or by none.
  const Ranking& by(std::size_t objective) const { return rankings_[objective]; }
  const Ranking& first() const { return rankings_.front(); }
  // Of one objective.
  Ranking::Sample sample(std::size_t objective, const TrialIds& trials) const;
  // A number that tells the trial's losses from any others: a single loss itself.
  double identity(TrialId trial);

  // At most so many of those that stand: the best half, and a selection of the others.
  TrialIds modelled(std::size_t most) const;
  // Of some of them, those that count as the best so far: feasible ones; all, while nothing tells
  // by how much any trial misses; else none.
  TrialIds incumbents(const TrialIds& trials) const;
  // The points of the best few of some of them.
  Points good(const TrialIds& trials) const;
  // By how much trials miss a requirement. Nothing: all meet it or miss it alike.
  std::optional<Data> of_requirement(std::size_t requirement, const TrialIds& trials) const;

 private:
  Losses losses(TrialId trial) const;
  double violation(TrialId trial) const;
  TrialIds in_order(const TrialIds& trials) const;

  std::vector<Ranking> rankings_;
  std::unordered_map<std::int64_t, std::vector<double>> excess_;  // by trial, look-ups only
  std::size_t requirements_ = 0;
  std::map<Losses, double> identities_;  // with several objectives
};

}  // namespace luthier::gp

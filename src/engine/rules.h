// Rules: what the experiment's own limits add to a scheduler's decision, and what a trial needs to
// run. Pure functions of the spec and the state, so replay recomputes them too.
#pragma once

#include <string>
#include <vector>

#include "core/expression/expression.h"
#include "core/state/experiment_state.h"
#include "core/state/metric_readings.h"
#include "luthier/error.h"
#include "luthier/event.h"

namespace luthier {

class Rules {
 public:
  // Compiles the expressions of the spec; every problem is named.
  static Result<Rules> make(const ExperimentSpec& spec);

  // The final decision on a result that `state` already contains. `scheduled` is what the scheduler
  // said.
  DecisionMade decide(const ExperimentState& state,
                      TrialId trial,
                      const Metrics& metrics,
                      Decision scheduled,
                      const std::string& scheduler,
                      int version) const;

  // Why the experiment as a whole has converged; empty if it has not.
  std::string experiment_plateau(const ExperimentState& state) const;

  // What no trial reports never takes effect.
  const std::vector<MetricReading>& reads() const { return reads_; }

  // What a trial with this configuration needs; an error names the expression and why it failed.
  Result<Resources> resources_for(const Config& config) const;

 private:
  struct Condition {
    std::string text;
    Expression expression;
  };
  struct Claim {
    std::string name;
    Expression amount;
  };
  std::string own_stop(const ExperimentState& state, TrialId trial, const Metrics& metrics) const;

  std::vector<Condition> conditions_;
  std::vector<StopRule> plateaus_;
  std::vector<StopRule> experiment_plateaus_;
  std::vector<Claim> claims_;
  std::vector<MetricReading> reads_;
};

}  // namespace luthier

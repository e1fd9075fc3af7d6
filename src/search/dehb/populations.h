// The populations of DEHB, one a budget (src/search/dehb.cc says how trials compete in them). Fed
// with facts in log order.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

#include "luthier/rng.h"
#include "luthier/trial.h"

namespace luthier::dehb {

struct Member {
  TrialId trial;
  double loss = 0;            // at the population's budget; ranked (core/state/ranked_loss.h)
  std::vector<double> point;  // of the unit cube, a number on every axis
};

struct Population {
  std::int64_t budget = 0;  // training iterations, the most of any trial that got there
  std::size_t most = 0;     // members
  std::vector<Member> members = {};
  // The member whose turn it is to be the target of this trial. Precondition: there are members.
  const Member& turn_of(TrialId trial) const;
};

struct PopulationOptions {
  std::size_t size = 20;        // at the lowest budget
  double reduction_factor = 3;  // between budgets, and between the sizes of their populations
};

class Populations {
 public:
  explicit Populations(PopulationOptions options) : options_(options) {}

  void added(TrialId trial, std::vector<double> point);
  void report(TrialId trial, std::int64_t iteration, double loss);
  void end(TrialId trial, TrialState state);

  // One with at least `fewest` members to breed for, drawn by how often HyperBand would train at
  // its budget; null while there is none.
  const Population* choose(std::size_t fewest, Rng& rng) const;
  // Three different ones, of the best at the next lower budget, as many as `population` has at
  // most; for the lowest budget, of its own members. Of all populations where these are too few.
  std::array<const Member*, 3> parents(const Population& population, Rng& rng) const;

 private:
  struct Running {
    std::vector<double> point;
    std::int64_t iteration = 0;  // the furthest that was reported
    double loss = 0;             // there
  };

  std::int64_t budget_below(std::int64_t iteration) const;
  void compete(std::int64_t budget, TrialId trial, const Running& running);

  PopulationOptions options_;
  // By budget: 1 and so on by powers, and the largest number for the whole training, where that is
  // no power.
  std::map<std::int64_t, Population> populations_;
  std::unordered_map<std::int64_t, Running> trials_;  // that have not ended; look-ups only
};

}  // namespace luthier::dehb

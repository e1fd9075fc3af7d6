// What TPE learns from: every trial is an observation in one of two mixtures, the few good ones and
// all others, unless it failed or its loss is no finite number: then it is in neither. Fed with
// facts in log order; the same facts give the same state.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "luthier/trial.h"
#include "search/parzen/mixture.h"

namespace luthier::parzen {

struct HistoryOptions {
  double good_fraction = 0.2;
  std::int64_t most_good = 25;
  double prior_weight = 1;
  double spread = 0;  // of the kernels, once a trial was stopped early
  // Other observations kept: beyond, the one that ended longest ago is forgotten.
  std::size_t most_other = 10000;
};

class History {
 public:
  History(std::span<const KernelAxis> axes, HistoryOptions options);

  void added(TrialId trial, std::span<const double> point);
  void changed(TrialId trial, std::span<const double> point);
  // One loss for each objective, ranked (core/state/ranked_loss.h): infeasible trials come after
  // all others. With several, trials rank by front and hypervolume contribution.
  void reported(TrialId trial, std::int64_t iteration, std::vector<double> losses);
  void reported(TrialId trial, std::int64_t iteration, double loss) {
    reported(trial, iteration, std::vector{loss});
  }
  // Ranked like a stopped one until it goes on.
  void paused(TrialId trial);
  // `state` completed, stopped or failed.
  void ended(TrialId trial, TrialState state);
  // An ended or paused trial runs again (its configuration as in `added`).
  void returned(TrialId trial, std::span<const double> point);
  // As if the trial had never been added.
  void forget(TrialId trial);
  bool is_live(TrialId trial) const { return live_.contains(trial.value); }
  bool knows(TrialId trial) const;
  std::vector<TrialId> live_with_results() const;

  std::int64_t observed() const { return observed_; }  // ended or paused, and did not fail
  std::int64_t failures() const { return static_cast<std::int64_t>(failed_.size()); }
  bool has_failed(TrialId trial) const { return failed_.contains(trial.value); }
  const Mixture& good() const { return good_; }
  const Mixture& other() const { return other_; }

 private:
  struct Live {
    std::int64_t iteration = 0;  // 0: no result yet
    std::vector<double> losses;
  };
  struct Ranked {
    int tier = 0;  // 0: completed, 1: stopped early or paused
    std::int64_t iteration = 0;
    std::vector<double> losses;
    std::int64_t trial = 0;
    std::vector<double> point;
  };
  static bool better(const Ranked& a, const Ranked& b);
  static std::int64_t stage(const Ranked& entry);
  static std::tuple<bool, int, std::int64_t> group(const Ranked& entry);
  void rank(Ranked entry);
  void rank_by_front();
  std::size_t most_ranked() const;
  void leave(TrialId trial, int tier);

  void add_other(std::int64_t trial, std::span<const double> point);
  std::vector<double> remove_other(std::int64_t trial);
  std::size_t good_count() const;
  void forget_oldest();
  void rebuild_good();

  HistoryOptions options_;
  Mixture good_;
  Mixture other_;
  std::int64_t observed_ = 0;  // trials that left and did not fail
  std::set<std::int64_t> failed_;
  std::map<std::int64_t, Live> live_;                    // by trial
  std::vector<Ranked> best_;                             // most_ranked() at most, best first
  std::unordered_map<std::int64_t, std::size_t> where_;  // component of other_, look-ups only
  std::deque<std::int64_t> order_;                       // trials of other_ in order of leaving
};

}  // namespace luthier::parzen

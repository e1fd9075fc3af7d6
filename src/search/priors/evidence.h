// Evidence for or against priors: how trials near what they say did, compared with all others. Fed
// with facts in log order.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "luthier/trial.h"

namespace luthier {

class PriorEvidence {
 public:
  // A trial was added, or goes on at another point; `is_near`: to what the priors say.
  // `expected`: where it is believed to stand among others, lower is better, where that is known of
  // every trial; only the order counts.
  void placed(TrialId trial,
              bool is_near,
              std::vector<double> point,
              std::optional<double> expected = {});
  // Lower losses are better; of several objectives, one trial is better where it dominates.
  void reported(TrialId trial, std::int64_t iteration, std::vector<double> losses);
  // It counts as it is now until it ends.
  void paused(TrialId trial);
  void ended(TrialId trial, TrialState state);
  std::vector<TrialId> running() const;  // and have reported

  // Trials that were placed elsewhere than near.
  std::int64_t placed_elsewhere() const { return elsewhere_; }
  std::int64_t trials() const { return near_ + other_; }  // that ended or paused
  // 1 while nothing contradicts the priors, towards 0 the surer other trials are better than those
  // near, and the less trials come out in the order that was expected. What is lost after some
  // trials never comes back: later trials near are better than the first ones elsewhere because the
  // search has learnt, not because the priors were right.
  double trust() const;

  // The point of the best completed trial near what the priors say; empty while there is none.
  const std::vector<double>& best_near() const { return best_near_.point; }

  static constexpr std::int64_t kMostTrials = 300;  // later ones are not compared

 private:
  enum class Tier : std::uint8_t { completed, stopped, failed };
  struct Standing {
    bool is_near = false;
    double expected = 0;
    Tier tier = Tier::completed;
    std::int64_t iteration = 0;
    std::vector<double> losses;
    std::vector<double> point;
  };

  double trust_now() const;
  double trust_in_order() const;
  static double chance_of_better(const Standing& a, const Standing& b);
  void stand(TrialId trial, Tier tier);
  void take_back(TrialId trial);
  double wins_of(const Standing& standing) const;
  double ordered_by(const Standing& standing) const;
  void count(const Standing& standing, int sign);

  std::map<std::int64_t, Standing> live_;       // running trials
  std::map<std::int64_t, Standing> standings_;  // trials that ended or paused
  std::int64_t near_ = 0;                       // of them
  std::int64_t other_ = 0;
  std::int64_t elsewhere_ = 0;
  Standing best_near_;
  double least_trust_ = 1;
  bool has_order_ = false;
  double ordered_ = 0;  // pairs of trials in the order that was expected
  double wins_ = 0;     // pairs of one near and one other in which the near one is better
};

}  // namespace luthier

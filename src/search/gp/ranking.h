// Ranking: what a Gaussian process learns from: the points of trials that have a standing, and a
// value for each that lets losses of any scale and trials stopped at different times be told in one
// unit. Failed trials and those with a loss that is no finite number have no standing. Fed with
// facts in log order.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/ranked_set.h"
#include "luthier/trial.h"
#include "search/gp/kernel.h"

namespace luthier::gp {

// At most `most` (2 or more) of the ranks below `all`: the better half of them the best there are,
// the others spread over all the rest.
std::vector<std::size_t> sampled_ranks(std::size_t all, std::size_t most);

class Ranking {
 public:
  explicit Ranking(std::size_t axes) : axes_(axes) {}

  // A trial was added, or goes on at another point.
  void placed(TrialId trial, std::vector<double> point);
  void reported(TrialId trial, std::int64_t iteration, double loss);
  // Where it is now is its standing until it ends or pauses again.
  void paused(TrialId trial);
  // `state` completed, stopped or failed.
  void ended(TrialId trial, TrialState state);

  std::size_t axes() const { return axes_; }
  std::size_t size() const { return standings_.size(); }  // trials with a standing
  bool has_failed(TrialId trial) const { return failed_.contains(trial.value); }
  std::size_t failures() const { return failed_.size(); }
  const std::vector<double>& point(TrialId trial) const { return trials_.at(trial.value).point; }
  double loss(TrialId trial) const { return trials_.at(trial.value).loss; }  // the last reported
  bool some_were_stopped() const { return stopped_ > 0; }
  std::vector<TrialId> running() const;  // and have reported

  // loss = offset + factor * value, for losses better than the median.
  struct Unit {
    double offset = 0;
    double factor = 1;
  };
  struct Sample {
    Points points;
    std::vector<double> values;  // lower is better; mean 0, deviation 1 unless all are alike
    std::optional<Unit> unit;    // absent: values are normal scores of ranks
  };
  // At most `most` (2 or more) of the trials with a standing, which are 2 or more: the better half
  // of them the best there are, the others spread over all ranks.
  std::vector<TrialId> chosen(std::size_t most) const;
  // What becomes of the losses worse than the median, where the better ones keep their distances:
  // ranks, since they say little of the best; or distances too, since one of several objectives may
  // be bad where the others are best.
  enum class WorseHalf : std::uint8_t { ranks, distances };
  // Of trials that have a standing.
  Sample sample(std::span<const TrialId> trials, WorseHalf worse = WorseHalf::ranks) const;
  Sample sample(std::size_t most) const { return sample(chosen(most)); }
  std::vector<TrialId> standing() const;  // every trial that has one, best first
  // Running trials without a standing.
  Points pending() const;
  Points failed() const;
  // The points of the best `count` trials.
  Points best(std::size_t count) const;

 private:
  enum class Tier : std::uint8_t { completed, stopped };
  struct Standing {
    Tier tier = Tier::completed;
    int stage = 0;  // of a stopped trial: one that got to a higher stage is better
    double loss = 0;
    std::int64_t trial = 0;
    friend bool operator<(const Standing& a, const Standing& b) {
      return std::tuple(a.tier, -a.stage, a.loss, a.trial) <
             std::tuple(b.tier, -b.stage, b.loss, b.trial);
    }
  };
  struct Trial {
    std::vector<double> point;
    std::int64_t iteration = 0;  // 0: nothing reported
    double loss = 0;
    std::optional<Standing> standing;
  };

  void stand(TrialId trial, std::optional<Tier> tier);
  std::optional<Unit> unit_of_better_half() const;

  std::size_t axes_;
  std::unordered_map<std::int64_t, Trial> trials_;  // look-ups only
  std::map<std::int64_t, Trial*> live_;             // not ended, by trial
  RankedSet<Standing> standings_;
  std::set<std::int64_t> failed_;
  std::size_t stopped_ = 0;  // standings of that tier
};

}  // namespace luthier::gp

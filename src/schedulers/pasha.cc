// PASHA: progressive asynchronous successive halving. Bohdal, Balles, Wistuba, Ermis, Archambeau
// and Zappella, "PASHA: efficient HPO and NAS with progressive resource allocation" (ICLR 2023).
//
// ASHA by promotion (rungs/promotion.h) that begins with two rungs and opens the next one only when
// the two highest rank their trials differently: while they agree, training longer would not change
// which trials win. Rankings are soft (section 4.1): two trials whose results are within a
// tolerance in the lower rung may trade places. The tolerance (section 4.2) is the 90th percentile
// of the distance between pairs of trials whose curves cross twice: trials that training cannot
// tell apart. Departures from the paper: the best 32 trials of the highest rung are compared, and
// curves are thinned to at most 64 points, so that work does not grow with the search; and as in
// asha, once no more trials come, the best one trains on to max_t (the paper trains it anew).
#include <algorithm>
#include <cmath>
#include <map>

#include "base/try.h"
#include "luthier/scheduler.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/promotion.h"

namespace luthier {
namespace {

constexpr std::size_t kCompared = 32;
constexpr std::size_t kMostPoints = 64;
constexpr double kPercentile = 0.9;

struct Point {
  double time;
  double loss;
};

// A learning curve of bounded length: when it is full, every second point goes, and from then on
// every second result is kept.
class ThinCurve {
 public:
  void add(double time, double loss) {
    if (seen_++ % stride_ != 0) {
      return;
    }
    points_.push_back({time, loss});
    if (points_.size() >= kMostPoints) {
      std::size_t kept = 0;
      for (std::size_t i = 0; i < points_.size(); i += 2) {
        points_[kept++] = points_[i];
      }
      points_.resize(kept);
      stride_ *= 2;
    }
  }
  const std::vector<Point>& points() const { return points_; }

 private:
  std::vector<Point> points_;
  std::size_t seen_ = 0;
  std::size_t stride_ = 1;
};

// How often the order of two curves changes, over the times both have.
int crossings(const std::vector<Point>& a, const std::vector<Point>& b) {
  int count = 0;
  int order = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].time != b[j].time) {
      ++(a[i].time < b[j].time ? i : j);
      continue;
    }
    const int now = a[i].loss < b[j].loss ? -1 : a[i].loss > b[j].loss ? 1 : 0;
    count += now * order < 0 ? 1 : 0;
    order = now == 0 ? order : now;
    ++i;
    ++j;
  }
  return count;
}

class RankingLimit : public PromotionLimit {
 public:
  explicit RankingLimit(const Ladder& ladder) : ladder_(ladder) {}

  std::size_t open_rungs() const override { return open_; }

  void on_result(TrialId trial, double time, double loss) override {
    Record& record = records_[trial];
    record.curve.add(time, loss);
    std::size_t reached = 0;
    while (reached < ladder_.rung_count(0) && time >= ladder_.milestone(0, reached)) {
      ++reached;
    }
    record.at_rung.resize(std::max(record.at_rung.size(), reached), loss);
  }

  // Highest rung: number open_, which is where trials promoted from open_ - 1 arrive.
  void on_entered(std::size_t rung, const RankedSet<Standing>& ranks) override {
    if (rung != open_ || ranks.size() < 2) {
      return;
    }
    std::vector<TrialId> upper;
    for (std::size_t i = 0; i < std::min(ranks.size(), kCompared); ++i) {
      upper.push_back(ranks.at(i).trial);
    }
    open_ += agree(upper, rung) ? 0 : 1;
  }

 private:
  struct Record {
    ThinCurve curve;
    std::vector<double> at_rung;  // losses where it entered rungs 0, 1, ...
  };

  double loss_at(TrialId trial, std::size_t rung) { return records_[trial].at_rung[rung]; }

  bool agree(const std::vector<TrialId>& upper, std::size_t rung) {
    std::vector<TrialId> lower = upper;
    std::ranges::stable_sort(lower, {}, [&](TrialId trial) { return loss_at(trial, rung - 1); });
    const double tolerance = tolerance_between(upper, rung);
    for (std::size_t i = 0; i < upper.size(); ++i) {
      const double apart = std::abs(loss_at(upper[i], rung - 1) - loss_at(lower[i], rung - 1));
      if (apart > tolerance) {
        return false;
      }
    }
    return true;
  }

  double tolerance_between(const std::vector<TrialId>& trials, std::size_t rung) {
    std::vector<double> gaps;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (crossings(records_[trials[i]].curve.points(), records_[trials[j]].curve.points()) >=
            2) {
          gaps.push_back(std::abs(loss_at(trials[i], rung) - loss_at(trials[j], rung)));
        }
      }
    }
    if (gaps.empty()) {
      return 0;
    }
    std::ranges::sort(gaps);
    return gaps[static_cast<std::size_t>(kPercentile * static_cast<double>(gaps.size() - 1))];
  }

  Ladder ladder_;
  std::size_t open_ = 1;
  PerTrial<Record> records_;
};

Result<std::unique_ptr<TrialScheduler>> make(const PluginContext& context) {
  const Ladder ladder(context.options);
  LUTHIER_TRY(check_ladder("pasha", ladder));
  return make_promoting_ladder(context, std::make_unique<RankingLimit>(ladder));
}

}  // namespace

SchedulerPlugin scheduler_pasha() {
  return {.info = {.summary = "asynchronous successive halving that trains longer only while that "
                              "changes the ranking",
                   .paper = "Bohdal et al., PASHA: efficient HPO and NAS with progressive resource "
                            "allocation, 2023",
                   .options = ladder_option_specs(),
                   .requirements = true},
          .make = make};
}

}  // namespace luthier

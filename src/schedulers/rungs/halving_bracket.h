// HalvingBracket: one bracket of synchronous successive halving (Jamieson and Talwalkar 2016). Its
// trials train to a milestone and wait there; when none is training any more, the best go on to the
// next milestone and the others are lost. A plain value: copying it and cutting the copy tells what
// a cut would do.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "schedulers/rungs/standing.h"

namespace luthier {

class HalvingBracket {
 public:
  // `places` trials train to `milestone`; `halvings` cuts follow, each dividing the places by `eta`
  // (rounded up) and multiplying the milestone by it (whole, at most `max_t`).
  HalvingBracket(double places, double milestone, int halvings, double eta, double max_t);

  struct Waiting {
    Standing standing;
    double time = 0;
    std::vector<double> losses = {};  // with several objectives: a cut goes by these
    friend bool operator<(const Waiting& a, const Waiting& b) { return a.standing < b.standing; }
  };
  // What a cut decided about one trial.
  struct Verdict {
    Standing standing;
    std::size_t rank = 0;  // 0: the best
    std::size_t of = 0;    // trials compared
    double kept = 0;       // places there were
    double at = 0;         // the milestone they met at
    double next = 0;       // the milestone the kept ones train to
    std::vector<double> losses = {};
  };
  struct Cut {
    std::vector<Verdict> kept;      // to train on, best first
    std::vector<Verdict> lost;      // to end
    std::vector<Verdict> finished;  // to end: already beyond the last milestone
  };

  double milestone() const { return milestone_; }
  bool at_last_milestone() const { return halvings_ == 0; }
  // Takes further trials: never cut, and fewer joined than there are places.
  bool is_open() const { return !was_cut_ && static_cast<double>(joined_) < places_; }
  bool was_cut() const { return was_cut_; }
  const std::set<Waiting>& waiting() const { return waiting_; }
  std::size_t training() const { return training_.size(); }

  void join(TrialId trial);
  // `standing.loss` must be finite: NaN does not wait.
  void arrive(const Waiting& waiting);
  void resume(const Waiting& waiting);  // a waiting trial trains again although nothing was cut
  // The trial ended, or is no more part of the bracket. `vacates`: another may take its place.
  void leave(TrialId trial, const std::optional<Waiting>& waiting, bool vacates);

  // Cuts until someone trains or nobody waits (trials may have jumped over milestones).
  // Precondition: somebody waits.
  Cut cut();

 private:
  void cut_once(Cut& cut);
  std::vector<Waiting> in_order() const;

  double places_;
  double milestone_;
  int halvings_;
  double eta_;
  double max_t_;
  std::int64_t joined_ = 0;
  bool was_cut_ = false;
  std::set<TrialId> training_;  // members below the milestone, running or not
  std::set<Waiting> waiting_;
};

}  // namespace luthier

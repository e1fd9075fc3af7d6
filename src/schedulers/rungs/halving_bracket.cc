#include "schedulers/rungs/halving_bracket.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "core/pareto/pareto_order.h"

namespace luthier {

HalvingBracket::HalvingBracket(
    double places, double milestone, int halvings, double eta, double max_t)
    : places_(places), milestone_(milestone), halvings_(halvings), eta_(eta), max_t_(max_t) {}

void HalvingBracket::join(TrialId trial) {
  training_.insert(trial);
  ++joined_;
}

void HalvingBracket::arrive(const Waiting& waiting) {
  LUTHIER_CHECK(std::isfinite(waiting.standing.loss), "a result without a number waits");
  training_.erase(waiting.standing.trial);
  waiting_.insert(waiting);
}

void HalvingBracket::resume(const Waiting& waiting) {
  waiting_.erase(waiting);
  training_.insert(waiting.standing.trial);
}

void HalvingBracket::leave(TrialId trial, const std::optional<Waiting>& waiting, bool vacates) {
  training_.erase(trial);
  if (waiting) {
    waiting_.erase(*waiting);
  }
  if (vacates && !was_cut_) {
    --joined_;
  }
}

HalvingBracket::Cut HalvingBracket::cut() {
  Cut cut;
  do {
    cut_once(cut);
  } while (training_.empty() && !waiting_.empty());
  return cut;
}

// Best first.
std::vector<HalvingBracket::Waiting> HalvingBracket::in_order() const {
  std::vector<Waiting> all(waiting_.begin(), waiting_.end());
  if (all.front().losses.empty()) {
    return all;
  }
  std::vector<Losses> losses;
  for (const Waiting& waiting : all) {
    losses.push_back(waiting.losses);
  }
  std::vector<Waiting> ordered;
  for (const std::size_t i : pareto_order(losses)) {
    ordered.push_back(std::move(all[i]));
  }
  return ordered;
}

void HalvingBracket::cut_once(Cut& cut) {
  LUTHIER_CHECK(halvings_ > 0 && !waiting_.empty(), "nothing to cut");
  was_cut_ = true;
  const double at = milestone_;
  --halvings_;
  places_ = std::ceil(places_ / eta_);
  milestone_ = std::floor(std::min(milestone_ * eta_, max_t_));
  std::set<Waiting> ahead;
  std::size_t rank = 0;
  for (const Waiting& waiting : in_order()) {
    const Verdict verdict{
        waiting.standing, rank, waiting_.size(), places_, at, milestone_, waiting.losses};
    if (static_cast<double>(rank) >= places_) {
      cut.lost.push_back(verdict);
    } else if (waiting.time < milestone_) {
      cut.kept.push_back(verdict);
      training_.insert(waiting.standing.trial);
    } else if (halvings_ == 0) {
      cut.finished.push_back(verdict);
    } else {
      ahead.insert(waiting);
    }
    ++rank;
  }
  waiting_ = std::move(ahead);
}

}  // namespace luthier

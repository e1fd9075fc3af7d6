// What trials are ranked by (Score), the best trial and the Pareto front.
#include <algorithm>
#include <limits>

#include "core/log/event_codec.h"
#include "core/pareto/fronts.h"
#include "core/state/experiment_state.h"
#include "core/state/ranked_loss.h"

namespace luthier {
namespace {

constexpr double kWorst = std::numeric_limits<double>::infinity();

}  // namespace

// What the trial is ranked by after this result. `last` still holds the result before it.
void ExperimentState::rank(TrialId trial, const Metrics& metrics) {
  TrialRecord& record = at(trial);
  const double before = record.best_loss;
  judge(trial, metrics);
  const LiveTrial& live = *record.live;
  const auto losses = record.live->score.take(spec_.score, spec_.objectives, metrics, live.excess);
  record.objective_reported =
      record.objective_reported || std::ranges::any_of(spec_.objectives, [&](const auto& each) {
        return metrics.contains(each.metric);
      });
  objective_seen_ = objective_seen_ || record.objective_reported;
  switch (spec_.score.kind) {
    case Score::Kind::best:
    case Score::Kind::mixed:
      rank_best(record, metrics);
      break;
    case Score::Kind::last:
      stand(record, losses.front(), live.excess);
      record.best_config.clear();
      break;
    case Score::Kind::mean:
      stand(record, losses.front(), live.excess);
      record.best_config.clear();
      keep(with_losses(metrics, spec_.objectives, losses), record.best);
      break;
  }
  keep(metrics, record.last);
  place(trial, before);
}

// How its result stands by the requirements.
void ExperimentState::judge(TrialId trial, const Metrics& metrics) {
  if (!requirements_.empty()) {
    LiveTrial& live = *at(trial).live;
    requirements_.take(live.required, metrics, record(trial).iteration);
    live.excess = requirements_.excess(live.required);
  }
}

NamedValues ExperimentState::judged_by(const KnownResult& known) const {
  NamedValues values = requirements_.begin(known.config);
  requirements_.take(values, known.metrics, known.training_iteration);
  return values;
}

// The trial is ranked by a result with this loss from now on.
void ExperimentState::stand(TrialRecord& record,
                            double loss,
                            std::span<const double> excess) const {
  record.violation = violation_of(excess);
  record.best_loss = requirements_.empty() ? loss : ranked_loss(loss, record.violation);
  record.unmet = record.violation > 0 && record.live ? requirements_.unmet(record.live->required)
                                                     : std::string();
}

void ExperimentState::rank_best(TrialRecord& record, const Metrics& metrics) const {
  const double loss = loss_of(spec_.objectives.front(), metrics);
  const double violation = violation_of(record.live->excess);
  const double ranked = requirements_.empty() ? loss : ranked_loss(loss, violation);
  bool better = ranked < record.best_loss;
  if (spec_.score.kind == Score::Kind::best && spec_.objectives.size() > 1 &&
      record.best_loss < kWorst) {
    const Metrics best = decode_values(record.best.empty() ? record.last : record.best);
    const auto others = losses_of(spec_.objectives, best);
    better = is_better(ranked_losses(losses_of(spec_.objectives, metrics), violation),
                       ranked_losses(others, record.violation));
  }
  if (better) {
    stand(record, loss, record.live->excess);
    record.best.clear();
    record.best_config.clear();
  } else if (record.best.empty() && record.results > 1) {
    record.best = record.last;
  }
}

// Keeps the best trial. A score that can't get worse needs no order of all trials.
void ExperimentState::place(TrialId trial, double loss_before) {
  const double loss = at(trial).best_loss;
  const bool only_improves =
      spec_.score.kind == Score::Kind::mixed ||
      (spec_.score.kind == Score::Kind::best && spec_.objectives.size() == 1);
  if (only_improves) {
    if (loss < kWorst && (!best_ || loss < at(*best_).best_loss)) {
      best_ = trial;
    }
    return;
  }
  ranking_.erase({loss_before, trial});
  if (loss < kWorst) {
    ranking_.insert({loss, trial});
  }
  best_ = ranking_.empty() ? std::nullopt : std::optional(ranking_.begin()->second);
}

std::optional<TrialId> ExperimentState::best_trial() const {
  return best_ && record(*best_).violation == 0 ? best_ : std::nullopt;
}

std::optional<TrialId> ExperimentState::nearest_trial() const {
  return best_ && record(*best_).violation > 0 ? best_ : std::nullopt;
}

const std::vector<double>& ExperimentState::ranked_excess(TrialId trial) const {
  return record(trial).live->score.excess();
}

Metrics ExperimentState::scored(TrialId trial, const Metrics& metrics) const {
  const LiveTrial* live = record(trial).live.get();
  const bool as_reported =
      spec_.score.kind == Score::Kind::mixed || spec_.score.kind == Score::Kind::last;
  if (as_reported || live == nullptr) {
    return metrics;
  }
  return with_losses(metrics, spec_.objectives, live->score.losses());
}

Config ExperimentState::best_config(TrialId trial) const {
  const TrialRecord& found = record(trial);
  return decode_values(found.best_config.empty() ? found.config : found.best_config);
}

Metrics ExperimentState::best_metrics(TrialId trial) const {
  const TrialRecord& found = record(trial);
  if (!(found.best_loss < kWorst)) {
    return {};
  }
  return decode_values(found.best.empty() ? found.last : found.best);
}

std::vector<TrialId> ExperimentState::pareto_front() const {
  std::vector<TrialId> trials;
  std::vector<Losses> points;
  for (std::int64_t i = 0; i < trial_count(); ++i) {
    if (record({i}).violation > 0) {
      continue;
    }
    const bool by_last = spec_.score.kind == Score::Kind::mixed;
    Losses losses = losses_of(spec_.objectives, by_last ? last_metrics({i}) : best_metrics({i}));
    if (all_finite(losses)) {
      trials.push_back({i});
      points.push_back(std::move(losses));
    }
  }
  const std::vector<std::size_t> front_of = fronts_of(points);
  std::vector<TrialId> front;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (front_of[i] == 0) {
      front.push_back(trials[i]);
    }
  }
  return front;
}

}  // namespace luthier

#include "core/state/experiment_status.h"

#include <cmath>
#include <numeric>

#include "core/log/field_codec.h"

namespace luthier {
namespace {

// All but the rows.
template <class V, class Status>
void describe_head(V& field, Status& status) {
  field("sequence", status.sequence);
  field("time", status.time);
  field("name", status.name);
  field("executor", status.executor);
  field("metric", status.metric);
  for (auto& count : status.counts) {
    field("count", count);
  }
  field("known", status.known);
  field("finished", status.finished);
  field("end_reason", status.end_reason);
  field("closing_reason", status.closing_reason);
  field("samples", status.samples);
  field("time_budget_s", status.time_budget_s);
  field("elapsed_s", status.elapsed_s);
  field("host", status.host);
  field("pid", status.pid);
  field("best_trial", status.best_trial);
  field("best_value", status.best_value);
}

}  // namespace

TrialRow row_of(const ExperimentState& state, TrialId trial) {
  const TrialRecord& record = state.record(trial);
  return {.trial = trial,
          .state = record.state,
          .loss = record.best_loss,
          .iteration = record.iteration,
          .attempts = record.attempts,
          .exit_status = record.exit_status,
          .measured = record.measured,
          .known = state.is_known(trial),
          .proposed_by = state.proposer(trial),
          .reason = record.reason,
          .config = state.config(trial),
          .last = state.last_metrics(trial),
          .best = state.best_metrics(trial),
          .best_config = state.best_config(trial),
          .unmet = record.unmet};
}

std::string encode(const TrialRow& row) {
  std::string bytes;
  FieldEncoder field(bytes);
  describe_row(field, row);
  return bytes;
}

std::optional<double> best_value(const TrialRow& row, std::string_view metric) {
  const Value* value = std::isfinite(row.loss) ? row.best.find(metric) : nullptr;
  return value ? value->number() : std::nullopt;
}

std::int64_t ExperimentStatus::trial_count() const {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

std::vector<TrialId> best_trials(const ExperimentState& state) {
  if (state.objectives().size() > 1) {
    return state.pareto_front();
  }
  const auto best = state.best_trial();
  return best ? std::vector{*best} : std::vector<TrialId>();
}

ExperimentStatus status_of(const ExperimentState& state) {
  const ExperimentSpec& spec = state.spec();
  ExperimentStatus status{.sequence = state.sequence(),
                          .time = state.time(),
                          .name = spec.name,
                          .executor = spec.executor,
                          .metric = spec.objectives.front().metric,
                          .known = state.known_count(),
                          .finished = state.finished(),
                          .end_reason = state.end_reason(),
                          .closing_reason = state.closing_reason(),
                          .samples = spec.samples,
                          .time_budget_s = spec.time_budget_s,
                          .elapsed_s = state.elapsed_s(),
                          .best_trial = state.best_trial()};
  for (std::size_t i = 0; i < status.counts.size(); ++i) {
    status.counts[i] = state.count(static_cast<TrialState>(i));
  }
  if (const auto controller = state.controller()) {
    status.host = controller->first;
    status.pid = controller->second;
  }
  if (status.best_trial) {
    status.best_value = best_value(row_of(state, *status.best_trial), status.metric);
  }
  for (const TrialId trial : best_trials(state)) {
    status.best.push_back(row_of(state, trial));
  }
  if (const auto nearest = state.nearest_trial()) {
    status.nearest = {row_of(state, *nearest)};
  }
  return status;
}

std::string encode(const ExperimentStatus& status) {
  std::string bytes;
  FieldEncoder field(bytes);
  describe_head(field, status);
  field("best", static_cast<std::int64_t>(status.best.size()));
  for (const TrialRow& row : status.best) {
    describe_feasible_row(field, row);
  }
  field("nearest", static_cast<std::int64_t>(status.nearest.size()));
  for (const TrialRow& row : status.nearest) {
    describe_row(field, row);
  }
  return bytes;
}

std::optional<ExperimentStatus> decode_status(std::string_view bytes) {
  ExperimentStatus status;
  FieldDecoder field(bytes);
  describe_head(field, status);
  std::int64_t rows = 0;
  field("best", rows);
  // A row takes a byte at least.
  for (; rows > 0 && static_cast<std::size_t>(rows) <= bytes.size() && field.good(); --rows) {
    describe_feasible_row(field, status.best.emplace_back());
  }
  std::int64_t nearest = 0;
  field("nearest", nearest);
  if (nearest == 1 && field.good()) {
    describe_row(field, status.nearest.emplace_back());
  }
  const bool is_whole = rows == 0 && (nearest == 0 || nearest == 1) && field.good();
  return is_whole && !field.newer() ? std::optional(std::move(status)) : std::nullopt;
}

}  // namespace luthier

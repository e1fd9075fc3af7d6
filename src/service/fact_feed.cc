#include "service/fact_feed.h"

#include <utility>

#include "base/format.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

std::optional<std::int64_t> number(std::optional<TrialId> trial) {
  return trial ? std::optional(trial->value) : std::nullopt;
}

// Whether the trial may have another configuration after this event.
bool may_change_config(const Event& event) {
  const auto* started = std::get_if<AttemptStarted>(&event.body);
  return (started != nullptr && started->attempt > 1) ||
         std::holds_alternative<TrialAdded>(event.body) ||
         std::holds_alternative<ExperimentCreated>(event.body);
}

}  // namespace

std::string result_json(const TrialResult& result) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("training_iteration", result.training_iteration)
      .field("metrics", result.metrics);
  if (!result.excess.empty()) {
    json.field("violation", Value(violation_of(result)));
  }
  json.end();
  return out;
}

void FactFeed::add(const std::string& fact) {
  facts_ += facts_.empty() ? "" : ", ";
  facts_ += fact;
}

void FactFeed::add(const ExperimentView& view, const Event& event) {
  if (const auto* created = std::get_if<ExperimentCreated>(&event.body)) {
    std::string fact;
    JsonWriter(fact).object().raw_field("experiment", created->spec).end();
    add(fact);
    for (TrialId known{0}; known.value < view.trial_count(); ++known.value) {
      add_trial(view, known, event);
    }
  } else if (const auto trial = trial_of(event.body)) {
    add_trial(view, *trial, event);
  } else if (const auto* removed = std::get_if<CheckpointRemoved>(&event.body)) {
    if (const auto found = checkpoints_.find(removed->checkpoint); found != checkpoints_.end()) {
      const TrialId trial = found->second;
      checkpoints_.erase(found);
      add_trial(view, trial, event);
    }
  }
  add_counts(view);
}

void FactFeed::add_trial(const ExperimentView& view, TrialId trial, const Event& event) {
  std::string fact;
  JsonWriter json(fact);
  json.object().field("trial", trial.value).field("state", view.state(trial));
  json.field("can_run", view.can_run(trial)).field("iteration", view.iteration(trial));
  if (may_change_config(event)) {
    json.field("config", view.config(trial));
  }
  const auto newest = view.checkpoint(trial);
  json.field("checkpoint", newest ? std::optional(newest->value) : std::nullopt);
  if (newest) {
    json.field("checkpoint_iteration", view.checkpoint_iteration(*newest));
  }
  if (const auto* reported = std::get_if<ResultReported>(&event.body)) {
    json.raw_field("result",
                   result_json({reported->training_iteration, reported->metrics, event.time}));
  }
  json.end();
  add(fact);
  if (newest) {
    checkpoints_[*newest] = trial;
  }
}

void FactFeed::add_counts(const ExperimentView& view) {
  std::string counts;
  JsonWriter(counts)
      .object()
      .field("running_count", view.running_count())
      .field("more_trials", view.more_trials())
      .field("first_pending", number(view.first_pending()))
      .field("first_paused", number(view.first_paused()))
      .end();
  if (counts != counts_) {
    add(counts);
    counts_ = std::move(counts);
  }
}

std::string FactFeed::take() {
  return formatted("[{}]", std::exchange(facts_, {}));
}

}  // namespace luthier

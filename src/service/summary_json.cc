#include "service/summary_json.h"

#include "core/json_writer.h"

namespace luthier {

std::string asked_json(const AskedTrial& trial) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("trial", trial.id.value)
      .field("config", trial.config)
      // Beyond 2^63 it is text: numbers of JSON are no wider elsewhere.
      .field("seed", std::to_string(trial.seed))
      .field("iteration", trial.iteration);
  if (trial.checkpoint) {
    json.field("checkpoint", trial.checkpoint->string());
  }
  json.end();
  return out;
}

std::string trial_json(const TrialSummary& trial) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("trial", trial.id.value)
      .field("state", trial.state)
      .field("config", trial.config)
      .field("metrics", trial.metrics)
      .field("best", trial.best)
      .field("best_config", trial.best_config)
      .field("iterations", trial.iterations)
      .field("attempts", trial.attempts)
      .field("proposed_by", trial.proposed_by)
      .field("reason", trial.reason);
  if (!trial.unmet.empty()) {
    json.field("unmet", trial.unmet);
  }
  json.end();
  return out;
}

std::string summary_json(const ExperimentSummary& summary) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("directory", summary.directory.empty() ? Value() : Value(summary.directory.string()))
      .field("trials", std::ssize(summary.trials))
      .list_of("best", summary.best, [&](TrialId id) { json.value(id.value); });
  if (summary.nearest) {
    json.field("nearest", summary.nearest->value);
  }
  json.field("finished", summary.finished)
      .field("failed_early", summary.failed_early)
      .field("reason", summary.reason)
      .end();
  return out;
}

}  // namespace luthier

#include "service/summary_json.h"

#include "base/text.h"

namespace luthier {
namespace {

std::string id_text(TrialId id) {
  return std::to_string(id.value);
}

const char* word(bool value) {
  return value ? "true" : "false";
}

}  // namespace

std::string asked_json(const AskedTrial& trial) {
  std::string out = "{\"trial\": " + id_text(trial.id) + ", \"config\": " + to_json(trial.config) +
                    // Beyond 2^63 it is text: numbers of JSON are no wider elsewhere.
                    ", \"seed\": \"" + std::to_string(trial.seed) +
                    "\", \"iteration\": " + std::to_string(trial.iteration);
  if (trial.checkpoint) {
    out += ", \"checkpoint\": " + json_string(trial.checkpoint->string());
  }
  return out + "}";
}

std::string trial_json(const TrialSummary& trial) {
  return "{\"trial\": " + id_text(trial.id) + ", \"state\": \"" +
         std::string(to_text(trial.state)) + "\", \"config\": " + to_json(trial.config) +
         ", \"metrics\": " + to_json(trial.metrics) + ", \"best\": " + to_json(trial.best) +
         ", \"best_config\": " + to_json(trial.best_config) +
         ", \"iterations\": " + std::to_string(trial.iterations) +
         ", \"attempts\": " + std::to_string(trial.attempts) +
         ", \"proposed_by\": " + json_string(trial.proposed_by) +
         ", \"reason\": " + json_string(trial.reason) +
         (trial.unmet.empty() ? "" : ", \"unmet\": " + json_string(trial.unmet)) + "}";
}

std::string summary_json(const ExperimentSummary& summary) {
  std::string best;
  for (const TrialId id : summary.best) {
    best += (best.empty() ? "" : ", ") + id_text(id);
  }
  return "{\"directory\": " +
         (summary.directory.empty() ? "null" : json_string(summary.directory.string())) +
         ", \"trials\": " + std::to_string(summary.trials.size()) + ", \"best\": [" + best + "], " +
         (summary.nearest ? "\"nearest\": " + id_text(*summary.nearest) + ", " : "") +
         "\"finished\": " + word(summary.finished) +
         ", \"failed_early\": " + word(summary.failed_early) +
         ", \"reason\": " + json_string(summary.reason) + "}";
}

}  // namespace luthier

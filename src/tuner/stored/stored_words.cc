#include "tuner/stored/stored_words.h"

#include "base/format.h"
#include "core/json_writer.h"

namespace luthier {

std::string_view experiment_state_text(bool running, bool finished) {
  return running ? "running" : finished ? "finished" : kInterruptedState;
}

std::string_view trial_state_text(TrialState state, bool running) {
  return state == TrialState::running && !running ? kInterruptedState : to_text(state);
}

std::string trial_row_json(const ExperimentSpec& spec,
                           const TrialRow& row,
                           bool running,
                           const Remarks& remarks) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("schema", 1)
      .field("trial", row.trial.value)
      .field("state", trial_state_text(row.state, running))
      .raw_field("config", to_json(row.config))
      .raw_field("metrics", to_json(row.last))
      .field("best", best_value(row, spec.objectives.front().metric))
      .field("iterations", row.iteration)
      .field("attempts", row.attempts)
      .field("proposed_by", row.proposed_by)
      .field("reason", row.reason);
  if (!spec.require.empty()) {
    json.field("unmet", row.unmet);
  }
  if (!remarks.empty()) {
    json.raw_field("remarks", to_json(remarks));
  }
  json.end();
  return out;
}

std::string nothing_feasible_text(const std::string& experiment,
                                  TrialId nearest,
                                  const std::string& unmet) {
  return formatted("no trial of '{}' meets every requirement; the nearest is trial {}: {}",
                   experiment,
                   to_text(nearest),
                   unmet);
}

std::string decision_json(const DecisionMade& made) {
  std::string out;
  JsonWriter(out)
      .object()
      .field("schema", 1)
      .field("iteration", made.training_iteration)
      .field("decision", made.decision.kind)
      .field("reason", made.decision.reason)
      .raw_field("numbers", numbers_json(made.decision.numbers))
      .field("by", made.decided_by)
      .end();
  return out;
}

std::string numbers_json(const Numbers& numbers) {
  std::string out;
  JsonWriter(out).value(numbers);
  return out;
}

}  // namespace luthier

#include "loggers/console/console_json.h"

#include "core/state/trial_states.h"

namespace luthier {
void write_counts(JsonWriter& json, const ConsoleState& state, bool running) {
  json.key("trials").object();
  const std::int64_t active = state.count(TrialState::running);
  for (const TrialState each : kTrialStates) {
    const bool left = each == TrialState::running && !running;
    json.field(to_text(each), left ? 0 : state.count(each));
  }
  if (!running && active > 0) {
    json.field("interrupted", active);
  }
  json.end().field("total", state.total());
}

void write_best(JsonWriter& json, const ConsoleState& state) {
  json.key("best").list();
  const auto& objectives = state.subject().objectives;
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    if (const auto& best = state.best(i)) {
      json.object()
          .field("metric", objectives[i].metric)
          .field("value", best->value)
          .field("trial", best->trial.value)
          .field("iteration", best->iteration)
          .end();
    }
  }
  json.end();
}

}  // namespace luthier

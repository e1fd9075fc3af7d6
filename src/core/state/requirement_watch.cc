#include "core/state/requirement_watch.h"

namespace luthier {

void RequirementWatch::begin(TrialId trial, const Config& config) {
  if (!empty()) {
    const NamedValues start = requirements_.begin(config);
    trials_[trial] = {.start = start, .values = start};
  }
}

void RequirementWatch::follow(const Event& event) {
  if (const auto* added = std::get_if<TrialAdded>(&event.body)) {
    begin(added->trial, added->config);
  } else if (const auto* chosen = std::get_if<TrialChosen>(&event.body)) {
    on(*chosen);
  } else if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
    on(*started);
  } else if (const auto* ended = std::get_if<TrialEnded>(&event.body)) {
    on(*ended);
  }
}

void RequirementWatch::on(const TrialChosen& chosen) {
  if (!empty() && chosen.choice.config) {
    trials_[chosen.choice.trial].start = requirements_.begin(*chosen.choice.config);
  }
}

void RequirementWatch::on(const AttemptStarted& started) {
  if (empty()) {
    return;
  }
  Trial& trial = trials_[started.trial];
  if (trial.segment != started.segment) {
    trial.segment = started.segment;
    trial.values = trial.start;
  }
}

std::vector<double> RequirementWatch::take(const ResultReported& result) {
  if (empty()) {
    return {};
  }
  NamedValues& values = trials_[result.trial].values;
  requirements_.take(values, result.metrics, result.training_iteration);
  return requirements_.excess(values);
}

}  // namespace luthier

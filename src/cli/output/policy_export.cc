#include "cli/output/policy_export.h"

namespace luthier::cli {

void PolicyExport::take(const Event& event) {
  if (const auto* added = std::get_if<TrialAdded>(&event.body)) {
    trials_[added->trial].config = added->config;
  } else if (const auto* chosen = std::get_if<TrialChosen>(&event.body)) {
    if (chosen->choice.config) {
      chosen_[chosen->choice.trial] = *chosen->choice.config;
    }
  } else if (const auto* committed = std::get_if<CheckpointCommitted>(&event.body)) {
    checkpoints_[committed->checkpoint] = trials_[committed->trial].schedule;
  } else if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
    start(*started);
  }
}

void PolicyExport::start(const AttemptStarted& started) {
  Trial& trial = trials_[started.trial];
  if (const auto changed = chosen_.extract(started.trial)) {
    trial.config = changed.mapped();
  }
  if (started.segment == trial.segment) {
    return;
  }
  trial.segment = started.segment;
  const auto from = checkpoints_.find(started.checkpoint);
  trial.schedule = from == checkpoints_.end() ? Schedule() : from->second;
  if (!trial.schedule.empty() && trial.schedule.back().config == trial.config) {
    return;
  }
  // Two changes at one iteration: only the second one trained.
  if (!trial.schedule.empty() && trial.schedule.back().iteration == started.base_iteration) {
    trial.schedule.pop_back();
  }
  trial.schedule.push_back({started.base_iteration, trial.config});
}

std::string PolicyExport::text(TrialId trial) const {
  std::string out;
  const auto found = trials_.find(trial);
  if (found == trials_.end()) {
    return out;
  }
  for (const Step& step : found->second.schedule) {
    out += "{\"iteration\": " + std::to_string(step.iteration) +
           ", \"config\": " + to_json(step.config) + "}\n";
  }
  return out;
}

}  // namespace luthier::cli

#include "tuner/stored/lineage.h"

#include <algorithm>

#include "core/json_writer.h"

namespace luthier {

void Lineage::take(const Event& event) {
  if (const auto* added = std::get_if<TrialAdded>(&event.body)) {
    trials_[added->trial].config = added->config;
  } else if (const auto* chosen = std::get_if<TrialChosen>(&event.body)) {
    if (chosen->choice.config) {
      chosen_[chosen->choice.trial] = *chosen->choice.config;
    }
  } else if (const auto* committed = std::get_if<CheckpointCommitted>(&event.body)) {
    if (const auto stretch = trials_[committed->trial].stretch) {
      checkpoints_[committed->checkpoint] = *stretch;
    }
  } else if (const auto* removed = std::get_if<CheckpointRemoved>(&event.body)) {
    checkpoints_.erase(removed->checkpoint);
  } else if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
    start(*started);
  } else if (const auto* reported = std::get_if<ResultReported>(&event.body)) {
    report(*reported);
  }
}

void Lineage::start(const AttemptStarted& started) {
  Trial& trial = trials_[started.trial];
  if (const auto changed = chosen_.extract(started.trial)) {
    trial.config = changed.mapped();
  }
  if (started.segment == trial.segment) {
    return;  // it goes on
  }
  trial.segment = started.segment;
  const auto saved = checkpoints_.find(started.checkpoint);
  Stretch stretch{.trial = started.trial,
                  .from = started.base_iteration,
                  .to = started.base_iteration,
                  .config = trial.config};
  if (saved != checkpoints_.end()) {
    stretch.parent = saved->second;
    clones_ += stretches_[saved->second].trial == started.trial ? 0 : 1;
  }
  trial.stretch = stretches_.size();
  stretches_.push_back(std::move(stretch));
}

void Lineage::report(const ResultReported& reported) {
  const auto found = trials_.find(reported.trial);
  if (found == trials_.end() || !found->second.stretch) {
    return;
  }
  Stretch& stretch = stretches_[*found->second.stretch];
  stretch.to = reported.training_iteration;
  const Value* value = metric_.empty() ? nullptr : reported.metrics.find(metric_);
  if (const auto number = value == nullptr ? std::nullopt : value->number()) {
    stretch.value = number;
  }
}

std::vector<std::size_t> Lineage::ancestry(TrialId trial) const {
  std::vector<std::size_t> line;
  const auto found = trials_.find(trial);
  for (auto at = found == trials_.end() ? std::nullopt : found->second.stretch; at;
       at = stretches_[*at].parent) {
    line.push_back(*at);
  }
  std::ranges::reverse(line);
  return line;
}

std::vector<ScheduleStep> Lineage::schedule(TrialId trial) const {
  std::vector<ScheduleStep> steps;
  for (const std::size_t index : ancestry(trial)) {
    const Stretch& stretch = stretches_[index];
    if (!steps.empty() && steps.back().config == stretch.config) {
      continue;
    }
    // Two changes at one iteration: only the second one trained.
    if (!steps.empty() && steps.back().iteration == stretch.from) {
      steps.pop_back();
    }
    steps.push_back({stretch.from, stretch.config});
  }
  return steps;
}

std::string to_json(const ScheduleStep& step) {
  std::string out;
  JsonWriter(out).object().field("iteration", step.iteration).field("config", step.config).end();
  return out;
}

}  // namespace luthier

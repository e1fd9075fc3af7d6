// Recovery: spec, state and advisors of an experiment, made of its events alone. One pass over a
// log feeds them all.
#pragma once

#include <memory>
#include <optional>

#include "core/state/experiment_state.h"
#include "engine/recover.h"
#include "tuner/plugin_registry.h"

namespace luthier {

class Recovery {
 public:
  // `plugins` must outlive it.
  Recovery(const PluginRegistry& plugins, ReplayDepth depth)
      : plugins_(plugins), depth_(depth), state_(std::make_unique<ExperimentState>()) {}

  // The log's events, in order. corruption: no controller wrote this event; invalid_argument: a
  // plugin is not there. After an error nothing more can be taken.
  Result<> take(const Event& event);

  bool begun() const { return replayer_.has_value(); }  // the first event was taken
  const ExperimentSpec& spec() const { return *spec_; }
  const ExperimentState& state() const { return *state_; }
  ReplayCounts counts() const { return replayer_ ? replayer_->counts() : ReplayCounts{}; }

  // What was made; nothing can be taken any more. Precondition: begun().
  struct Made {
    ExperimentSpec spec;
    std::unique_ptr<ExperimentState> state;
    std::unique_ptr<Rules> rules;
    std::unique_ptr<Advisors> advisors;
    ReplayCounts counts;
  };
  Made release() &&;

 private:
  Result<> begin(const Event& event);

  const PluginRegistry& plugins_;
  ReplayDepth depth_;
  std::unique_ptr<ExperimentState> state_;
  std::optional<ExperimentSpec> spec_;
  std::unique_ptr<Rules> rules_;
  std::unique_ptr<Advisors> advisors_;
  std::optional<Replayer> replayer_;
};

// The spec in the event that a log begins with: corruption if it is none, or not what `run` writes.
Result<ExperimentSpec> stored_spec(const Event& first);

}  // namespace luthier

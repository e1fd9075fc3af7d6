// Exploration: how the configuration of a copy differs from its donor's. A deterministic function
// of the calls it received, like the scheduler it is part of.
#pragma once

#include <cstdint>
#include <string>

#include "luthier/experiment_view.h"

namespace luthier {

struct ExploredConfig {
  Config config;
  std::string changes;  // "lr 0.1 -> 0.12", or why nothing changed
};

class Exploration {
 public:
  virtual ~Exploration() = default;

  // A trial has come to the end of an interval at `time` with this loss, which may be +infinity.
  virtual void on_step(const ExperimentView& /*view*/,
                       TrialId /*trial*/,
                       double /*time*/,
                       double /*loss*/) {}
  // A trial goes on as a copy of `donor`: view.config(trial) is still its old one.
  virtual void on_copy(const ExperimentView& /*view*/,
                       TrialId /*trial*/,
                       TrialId /*donor*/,
                       const Config& /*config*/) {}
  virtual void on_ended(TrialId /*trial*/) {}

  // The configuration with which `trial` goes on from a checkpoint of `donor`. `draw` numbers the
  // random stream. Asking changes nothing.
  virtual ExploredConfig explore(const ExperimentView& view,
                                 TrialId trial,
                                 TrialId donor,
                                 std::uint64_t draw) const = 0;
};

}  // namespace luthier

// Logger: observes an experiment. Called from the engine thread after events are committed, in log
// order; an implementation may only write its own derived files. Loggers are fed from the log, so
// after a crash each goes on without gaps or doubles.
#pragma once

#include <functional>
#include <span>

#include "luthier/error.h"
#include "luthier/event.h"
#include "luthier/experiment_view.h"

namespace luthier {

class Logger {
 public:
  virtual ~Logger() = default;

  // Every stored event, in order, when an experiment is resumed: before on_open. `view` is the
  // state after the event. The log is still being checked, so nothing may be written yet.
  virtual void on_stored(const ExperimentView& /*view*/, const Event& /*event*/) {}

  // Once, before the first event of this controller, with the log's last sequence at that moment
  // (0 for a new experiment). `read` replays stored events from a sequence on: a logger that wrote
  // derived files brings them up to `last` here. `read` stays valid until on_close, so that a
  // logger need not remember ended trials in case one is tried again.
  using ReadFrom =
      std::function<Result<>(Sequence first, const std::function<bool(const Event&)>&)>;
  virtual Result<> on_open(const ExperimentView& /*view*/,
                           Sequence /*last*/,
                           const ReadFrom& /*read*/) {
    return {};
  }

  // After each commit, with the events committed; `view` is the state after them.
  virtual void on_events(const ExperimentView& view, std::span<const Event> events) = 0;

  // Called about every 100 ms while the experiment runs, events or not: time to redraw or flush.
  virtual void on_idle(const ExperimentView& /*view*/, TimePoint /*now*/) {}

  // Once, when the controller leaves.
  virtual void on_close(const ExperimentView& /*view*/) {}
};

}  // namespace luthier

// A log written by hand: events get the next sequence, and the time of a virtual clock.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "luthier/event.h"
#include "luthier/logger.h"

namespace luthier::test {

class ScriptedLog {
 public:
  static constexpr TimePoint kStart = 1'700'000'000'000'000;

  // Appends an event `seconds` after the one before.
  ScriptedLog& add(EventBody body, double seconds = 0.0);
  // Short forms.
  ScriptedLog& create();
  ScriptedLog& trial(std::int64_t id, Config config);
  ScriptedLog& start(std::int64_t id, std::int64_t attempt = 1, std::int64_t iteration = 0);
  ScriptedLog& result(std::int64_t id,
                      std::int64_t iteration,
                      Metrics metrics,
                      DecisionKind decision = DecisionKind::proceed,
                      double seconds = 0.5);
  ScriptedLog& end(std::int64_t id, TrialState state = TrialState::completed);

  const std::vector<Event>& events() const { return events_; }
  TimePoint now() const { return now_; }
  Sequence last() const { return static_cast<Sequence>(events_.size()); }
  // Reads the first `last` events of this log; the log must outlive the function.
  Logger::ReadFrom reader(Sequence last) const;
  Logger::ReadFrom reader() const { return reader(last()); }

 private:
  std::vector<Event> events_;
  TimePoint now_ = kStart;
};

// `trials` trials side by side with everything that happens to trials: pauses, restarts, failures,
// retries of ended trials, changed configurations, metrics that appear late, NaN, odd texts, trials
// that never ran. The last few are still running. The same for the same seed.
ScriptedLog eventful_log(std::int64_t trials, std::uint64_t seed);

}  // namespace luthier::test

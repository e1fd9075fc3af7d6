// What a comparison needs of one experiment: what it was, and its best-so-far curve. CurveReader
// takes it from the log's events, so real and simulated experiments are the same thing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/state/requirement_watch.h"
#include "luthier/event.h"
#include "luthier/experiment_spec.h"
#include "luthier/space.h"

namespace luthier {

// What a curve can be drawn against.
enum class CurveAxis : std::uint8_t {
  trials,    // started so far
  time,      // seconds with a controller running; virtual ones for a simulated experiment
  resource,  // training iterations reported so far, by all trials together
};
inline constexpr std::size_t kCurveAxes = 3;

// The experiment when its best result improved; `best` is a loss (negated for a maximised metric).
struct BestPoint {
  std::int64_t trials = 0;
  double time_s = 0;
  std::int64_t resource = 0;
  double best = 0;

  double at(CurveAxis axis) const;
};

struct ExperimentCurve {
  std::string name;
  PluginSpec searcher;
  PluginSpec scheduler;
  std::int64_t jobs = 0;
  std::uint64_t seed = 0;
  std::vector<Objective> objectives;
  Space space = {};
  std::vector<std::pair<std::string, std::string>> tags;
  bool finished = false;
  std::vector<BestPoint> points;  // each better than the one before; empty: no finite result
  BestPoint end;                  // what was spent in all, and the final best

  std::optional<std::string> tag(std::string_view key) const;
  // The best loss known at `position`; +infinity before the first finite result.
  double best_at(CurveAxis axis, double position) const;
};

// Only what happened up to `amount` counts, so that experiments are compared at equal cost.
struct Budget {
  CurveAxis axis = CurveAxis::time;
  double amount = 0;
};

class CurveReader {
 public:
  explicit CurveReader(std::optional<Budget> budget = {}) : budget_(budget) {}
  // Call with every event of a log, in order.
  Result<> take(const Event& event);
  // Precondition: an ExperimentCreated was taken.
  ExperimentCurve curve() &&;
  // The same so far: more events may follow.
  const ExperimentCurve& curve() const& { return curve_; }
  bool created() const { return !curve_.objectives.empty(); }

 private:
  double elapsed_s(TimePoint now) const;
  // Whether this goes beyond the budget; nothing after it counts.
  bool spends(const BestPoint& next);
  void take_result(const ResultReported& result, TimePoint time);

  std::optional<Budget> budget_;
  ExperimentCurve curve_;
  RequirementWatch watch_;
  TimePoint session_start_ = 0;
  TimePoint last_time_ = 0;
  double earlier_sessions_s_ = 0;
  bool in_session_ = false;
  bool spent_ = false;  // the budget
};

}  // namespace luthier

// Words around a trial: ids, states, results, objectives, resources.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/value.h"

namespace luthier {

// Strong 64-bit ids.
template <class Tag>
struct Id {
  std::int64_t value = 0;
  friend auto operator<=>(const Id&, const Id&) = default;
};
using TrialId = Id<struct TrialTag>;            // 0, 1, 2, ... in order of being added
using CheckpointId = Id<struct CheckpointTag>;  // 1, 2, 3, ... in order of being committed
using Sequence = std::int64_t;                  // place of an event in the log: 1, 2, 3, ...
using TimePoint = std::int64_t;  // microseconds since the Unix epoch (virtual: since 0)

std::string to_text(TrialId id);  // five digits at least: "00042"
inline constexpr TimePoint kNever = std::numeric_limits<TimePoint>::max();
// The longest that a span of time can be. In microseconds, a TimePoint has room for many of them.
inline constexpr double kLongestSeconds = 1e11;

enum class TrialState : std::uint8_t { pending, running, paused, completed, stopped, failed };
std::string_view to_text(TrialState state);
std::optional<TrialState> parse_trial_state(std::string_view text);
// completed, stopped and failed are ended: such a trial runs again only through `retry`.
inline bool is_ended(TrialState state) {
  return state >= TrialState::completed;
}

// The metrics a trial reported at one training iteration (1, 2, 3, ...; the engine owns the count).
struct TrialResult {
  std::int64_t training_iteration = 0;
  Metrics metrics;
  TimePoint time = 0;
  // By how much it misses each requirement of the experiment, in their order: above 0 missed, else
  // met. +infinity: missed, by an amount that nothing says. Empty: there are no requirements.
  std::vector<double> excess = {};
};
// What the result misses all its requirements by; 0: it meets them.
double violation_of(const TrialResult& result);

enum class Mode : std::uint8_t { min, max };
std::string_view to_text(Mode mode);

struct Objective {
  std::string metric;
  Mode mode = Mode::min;
  friend bool operator==(const Objective&, const Objective&) = default;
};

// The value to minimise: the metric, negated for Mode::max. NaN, either infinity, a missing or a
// non-numeric metric all give +infinity, so they rank worse than every number in both directions.
double loss_of(const Objective& objective, const Metrics& metrics);

// What one trial needs, or what a machine has. Fractions are allowed.
struct Resources {
  double cpu = 1;
  double gpu = 0;
  std::int64_t memory_bytes = 0;         // 0: no claim, no limit
  std::map<std::string, double> custom;  // by name
  friend bool operator==(const Resources&, const Resources&) = default;
};

}  // namespace luthier

template <class Tag>
struct std::hash<luthier::Id<Tag>> {
  std::size_t operator()(luthier::Id<Tag> id) const { return std::hash<std::int64_t>()(id.value); }
};

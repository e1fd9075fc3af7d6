// The words of trial.h, decision.h and event.h as text.
#include "luthier/trial.h"

#include <array>
#include <cmath>

#include "luthier/decision.h"
#include "luthier/event.h"

namespace luthier {
namespace {

constexpr std::array<std::string_view, 6> kStates = {
    "pending", "running", "paused", "completed", "stopped", "failed"};
constexpr std::array<std::string_view, 4> kDecisions = {"continue", "checkpoint", "pause", "stop"};
constexpr std::array<std::string_view, 7> kOutcomes = {
    "returned", "paused", "stopped", "failed", "timed_out", "lost", "unrestorable"};

template <class Enum, std::size_t kCount>
std::optional<Enum> parse(const std::array<std::string_view, kCount>& names,
                          std::string_view text) {
  for (std::size_t i = 0; i < kCount; ++i) {
    if (names[i] == text) {
      return static_cast<Enum>(i);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string to_text(TrialId id) {
  const std::string digits = std::to_string(id.value);
  return digits.size() < 5 ? std::string(5 - digits.size(), '0') + digits : digits;
}

std::string_view to_text(Mode mode) {
  return mode == Mode::min ? "min" : "max";
}

std::string_view to_text(TrialState state) {
  return kStates[static_cast<std::size_t>(state)];
}
std::optional<TrialState> parse_trial_state(std::string_view text) {
  return parse<TrialState>(kStates, text);
}

std::string_view to_text(DecisionKind kind) {
  return kDecisions[static_cast<std::size_t>(kind)];
}
std::optional<DecisionKind> parse_decision_kind(std::string_view text) {
  return parse<DecisionKind>(kDecisions, text);
}

std::string_view to_text(Outcome outcome) {
  return kOutcomes[static_cast<std::size_t>(outcome)];
}

double loss_of(const Objective& objective, const Metrics& metrics) {
  const Value* value = metrics.find(objective.metric);
  const auto number = value ? value->number() : std::nullopt;
  if (!number || !std::isfinite(*number)) {
    return std::numeric_limits<double>::infinity();
  }
  return objective.mode == Mode::min ? *number : -*number;
}

}  // namespace luthier

#include "loggers/stored_trials.h"

#include <algorithm>
#include <variant>

namespace luthier {
namespace {

struct Subject {
  std::optional<TrialId> operator()(const TrialAdded& e) const { return e.trial; }
  std::optional<TrialId> operator()(const TrialChosen& e) const { return e.choice.trial; }
  std::optional<TrialId> operator()(const AttemptStarted& e) const { return e.trial; }
  std::optional<TrialId> operator()(const ResultReported& e) const { return e.trial; }
  std::optional<TrialId> operator()(const ResultRepeated& e) const { return e.trial; }
  std::optional<TrialId> operator()(const DecisionMade& e) const { return e.trial; }
  std::optional<TrialId> operator()(const AttemptEnded& e) const { return e.trial; }
  std::optional<TrialId> operator()(const TrialPaused& e) const { return e.trial; }
  std::optional<TrialId> operator()(const TrialRequeued& e) const { return e.trial; }
  std::optional<TrialId> operator()(const TrialEnded& e) const { return e.trial; }
  template <class Other>
  std::optional<TrialId> operator()(const Other& /*event*/) const {
    return std::nullopt;
  }
};

}  // namespace

std::optional<TrialId> subject_of(const Event& event) {
  return std::visit(Subject(), event.body);
}

void StoredTrials::take(const Event& event) {
  last_ = event.sequence;
  const auto trial = subject_of(event);
  if (!trial) {
    return;
  }
  const auto [place, fresh] = open_.try_emplace(*trial, event.sequence);
  if (fresh && !std::holds_alternative<TrialAdded>(event.body)) {
    continued_.insert(*trial);
    place->second = 1;  // where it began is forgotten
  }
  if (event.sequence > position_ && position_ > 0 && changed_.insert(*trial).second) {
    first_changed_ = std::min(first_changed_.value_or(place->second), place->second);
  }
  if (std::holds_alternative<TrialEnded>(event.body)) {
    open_.erase(place);
  }
}

std::optional<Sequence> StoredTrials::first_wanted() const {
  if (position_ == 0) {
    return 1;
  }
  std::optional<Sequence> first = first_changed_;
  for (const auto& [trial, begun] : open_) {
    first = std::min(first.value_or(begun), begun);
  }
  return first;
}

}  // namespace luthier

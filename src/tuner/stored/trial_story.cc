#include "tuner/stored/trial_story.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "store/sqlite/event_reader.h"
#include "store/sqlite/trial_index.h"
#include "tuner/assembly.h"
#include "tuner/stored/status.h"

namespace luthier {
namespace {

std::optional<CheckpointId> started_from(const Event& event) {
  if (const auto* chosen = std::get_if<TrialChosen>(&event.body)) {
    return chosen->choice.checkpoint;
  }
  const auto* started = std::get_if<AttemptStarted>(&event.body);
  return started != nullptr && started->checkpoint.value > 0 ? std::optional(started->checkpoint)
                                                             : std::nullopt;
}

// The places of the checkpoints that the events refer to and do not hold themselves.
Result<std::vector<Sequence>> places_of_others(TrialIndex& index, std::span<const Event> events) {
  std::set<CheckpointId> wanted;
  for (const Event& event : events) {
    if (const auto checkpoint = started_from(event)) {
      wanted.insert(*checkpoint);
    }
  }
  for (const Event& event : events) {
    if (const auto* committed = std::get_if<CheckpointCommitted>(&event.body)) {
      wanted.erase(committed->checkpoint);
    }
  }
  std::set<Sequence> places;
  for (const CheckpointId checkpoint : wanted) {
    const auto place = index.event_of(checkpoint);
    if (!place) {
      return place.error();
    }
    places.insert(*place);
  }
  return std::vector<Sequence>(places.begin(), places.end());
}

// Others' checkpoints, then the trial's events. Nothing: the index is not right about them.
std::optional<std::vector<Event>> indexed_events(EventReader& reader,
                                                 TrialIndex& index,
                                                 TrialId trial) {
  const auto places = index.events(trial);
  auto own = places ? reader.events_at(*places) : places.error();
  if (!own || !std::ranges::all_of(
                  *own, [&](const Event& event) { return trial_of(event.body) == trial; })) {
    return std::nullopt;
  }
  const auto others = places_of_others(index, *own);
  auto events = others ? reader.events_at(*others) : others.error();
  if (!events || !std::ranges::all_of(*events, [](const Event& event) {
        return std::holds_alternative<CheckpointCommitted>(event.body);
      })) {
    return std::nullopt;
  }
  events->insert(
      events->end(), std::make_move_iterator(own->begin()), std::make_move_iterator(own->end()));
  return *std::move(events);
}

Result<TrialStory> fold(const std::filesystem::path& directory,
                        const std::function<void(const Event&)>& take) {
  const auto state = read_state(directory, take);
  return state ? Result<TrialStory>(TrialStory{(*state)->spec(), (*state)->trial_count()})
               : state.error();
}

}  // namespace

Result<TrialStory> read_trial_story(const std::filesystem::path& directory,
                                    TrialId trial,
                                    const std::function<void(const Event&)>& take) {
  const auto reader = reader_of(directory);
  const auto ends = reader->ends();
  if (!ends) {
    return ends.error();
  }
  auto index = TrialIndex::open(directory, {ends->last, ends->chain});
  if (!index || !ends->first) {
    return fold(directory, take);
  }
  auto spec = first_spec(*ends->first);
  if (!spec) {
    return spec.error();
  }
  const bool there = trial.value >= 0 && trial.value < index->trial_count();
  const auto events = there ? indexed_events(*reader, *index, trial)
                            : std::optional<std::vector<Event>>(std::in_place);
  if (!events) {
    return fold(directory, take);
  }
  take(*ends->first);
  for (const Event& event : *events) {
    take(event);
  }
  return TrialStory{*std::move(spec), index->trial_count()};
}

}  // namespace luthier

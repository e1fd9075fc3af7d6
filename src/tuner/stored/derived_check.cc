#include "tuner/stored/derived_check.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/crc32c.h"
#include "store/sqlite/event_reader.h"
#include "store/sqlite/trial_index.h"
#include "tuner/stored/status.h"

namespace luthier {
namespace {

std::uint32_t with_place(std::uint32_t checksum, Sequence place) {
  std::array<char, sizeof place> bytes;
  std::memcpy(bytes.data(), &place, sizeof place);
  return crc32c(checksum, {bytes.data(), bytes.size()});
}

bool has_right_rows(TrialIndex& index, const ExperimentState& state) {
  bool right = index.trial_count() == state.trial_count();
  const auto read = right ? index.each({},
                                       [&](const TrialRow& row) {
                                         right = encode(row) == encode(row_of(state, row.trial));
                                         return right;
                                       })
                          : Result<>();
  return right && read;
}

bool has_right_places(TrialIndex& index, TrialId trial, std::uint32_t expected) {
  const auto places = index.events(trial);
  std::uint32_t checksum = 0;
  for (const Sequence place : places ? *places : std::vector<Sequence>()) {
    checksum = with_place(checksum, place);
  }
  return places && checksum == expected;
}

}  // namespace

void DerivedCheck::take(const Event& event) {
  if (std::holds_alternative<CheckpointCommitted>(event.body)) {
    checkpoints_.push_back(event.sequence);
  }
  const auto trial = trial_of(event.body);
  if (!trial || trial->value < 0) {
    return;
  }
  // Events about a trial come after the one that adds it: numbers have no gaps.
  const auto at = static_cast<std::size_t>(trial->value);
  events_.resize(std::max(events_.size(), at + 1));
  events_[at] = with_place(events_[at], event.sequence);
}

std::string DerivedCheck::difference(const std::filesystem::path& directory,
                                     const ExperimentState& state) const {
  const auto ends = reader_of(directory)->ends();
  if (!ends || ends->last != state.sequence()) {
    return {};
  }
  const auto status = ends->status ? decode_status(*ends->status) : std::nullopt;
  if (status && encode(*status) != encode(status_of(state))) {
    return "status";
  }
  auto index = TrialIndex::open(directory, {ends->last, ends->chain});
  if (!index) {
    return {};
  }
  bool right = has_right_rows(*index, state);
  for (std::int64_t i = 0; right && i < state.trial_count(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    right = has_right_places(*index, {i}, at < events_.size() ? events_[at] : 0);
  }
  for (std::size_t i = 0; right && i < checkpoints_.size(); ++i) {
    const auto place = index->event_of({static_cast<std::int64_t>(i) + 1});
    right = place && *place == checkpoints_[i];
  }
  return right ? "" : "trial index";
}

}  // namespace luthier

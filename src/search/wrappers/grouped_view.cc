#include "search/wrappers/grouped_view.h"

#include <algorithm>

namespace luthier::repeat {

// A group runs while any of its trials does; one that still wants trials is pending otherwise.
TrialState GroupedView::state(TrialId group) const {
  const Group& of = at(group);
  if (of.is_over) {
    return Groups::ending(of);
  }
  bool any_pending = !of.is_full();
  bool any_paused = false;
  for (const Member& member : of.members) {
    if (member.ending) {
      continue;
    }
    const TrialState state = trials_.state(member.trial);
    if (state == TrialState::running) {
      return state;
    }
    any_pending |= state == TrialState::pending;
    any_paused |= state == TrialState::paused;
  }
  return any_pending ? TrialState::pending : any_paused ? TrialState::paused : TrialState::running;
}

bool GroupedView::can_run(TrialId group) const {
  return std::ranges::any_of(at(group).members,
                             [&](const Member& each) { return trials_.can_run(each.trial); });
}

std::int64_t GroupedView::running_count() const {
  return std::ranges::count_if(groups_.not_over(), [&](std::size_t group) {
    return state({static_cast<std::int64_t>(group)}) != TrialState::paused;
  });
}

std::optional<TrialId> GroupedView::group_of(std::optional<TrialId> trial) const {
  return trial ? std::optional(TrialId{static_cast<std::int64_t>(groups_.of(*trial))})
               : std::nullopt;
}

}  // namespace luthier::repeat

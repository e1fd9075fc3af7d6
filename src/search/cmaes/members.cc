#include "search/cmaes/members.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/check.h"
#include "core/state/ranked_loss.h"

namespace luthier::cmaes {
namespace {

bool better(const Member& a, const Member& b) {
  // Among stopped trials the one that got farther is better, whatever its value.
  const auto rank = [](const Member& member) {
    const bool failed = member.standing == Standing::failed;
    return std::tuple(failed,
                      !failed && is_infeasible(member.loss),
                      member.standing,
                      member.standing == Standing::completed ? 0 : -member.iteration,
                      failed ? 0 : member.loss,
                      member.trial);
  };
  return rank(a) < rank(b);
}

}  // namespace

void Members::add(Member member) {
  const std::int64_t trial = member.trial;
  std::erase_if(ready_, [&](const Member& known) { return known.trial == trial; });
  live_.insert_or_assign(trial, std::move(member));
}

bool Members::revive(TrialId trial) {
  const auto found = std::ranges::find(ready_, trial.value, &Member::trial);
  if (found == ready_.end()) {
    return false;
  }
  live_[trial.value] = std::move(*found);
  ready_.erase(found);
  return true;
}

void Members::report(TrialId trial, std::int64_t iteration, double loss) {
  Member& member = live_.at(trial.value);
  member.iteration = iteration;
  member.loss = loss;
}

void Members::become_ready(TrialId trial, Standing standing) {
  const auto found = live_.find(trial.value);
  LUTHIER_CHECK(found != live_.end(), "a trial left that is not live");
  Member member = std::move(found->second);
  live_.erase(found);
  if (member.origin.run >= 0 && member.origin.run != run_) {
    return;
  }
  const bool ranks = member.iteration > 0 && std::isfinite(member.loss);
  member.standing = ranks ? standing : Standing::failed;
  ready_.push_back(std::move(member));
}

void Members::pause(TrialId trial) {
  become_ready(trial, Standing::stopped);
}

void Members::end(TrialId trial, TrialState state) {
  if (is_live(trial)) {
    become_ready(trial,
                 state == TrialState::completed ? Standing::completed
                 : state == TrialState::stopped ? Standing::stopped
                                                : Standing::failed);
    return;
  }
  const auto found = std::ranges::find(ready_, trial.value, &Member::trial);
  if (found != ready_.end() && state == TrialState::failed) {
    found->standing = Standing::failed;
  }
}

std::vector<TrialId> Members::live_with_results() const {
  std::vector<TrialId> out;
  for (const auto& [trial, member] : live_) {
    if (member.iteration > 0) {
      out.push_back(TrialId{trial});
    }
  }
  return out;
}

std::vector<Member> Members::take(std::size_t count) {
  const auto end = ready_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<Member> taken(std::make_move_iterator(ready_.begin()), std::make_move_iterator(end));
  ready_.erase(ready_.begin(), end);
  std::ranges::sort(taken, better);
  return taken;
}

void Members::begin_run(std::int64_t run) {
  run_ = run;
  std::erase_if(ready_, [&](const Member& member) { return member.origin.run >= 0; });
}

}  // namespace luthier::cmaes

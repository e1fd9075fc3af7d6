#include "search/wrappers/groups.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace luthier::repeat {
namespace {

using Results = std::vector<const TrialResult*>;

bool is_feasible(const TrialResult& result) {
  return std::ranges::none_of(result.excess, [](double each) { return each > 0; });
}

// Those that count: of trials that did not fail, where there are any; of these the feasible ones,
// where there are any.
Results results_that_count(const Group& group) {
  Results all;
  Results unfailed;
  for (const Member& member : group.members) {
    if (member.counted) {
      all.push_back(&*member.counted);
      if (!member.failed()) {
        unfailed.push_back(&*member.counted);
      }
    }
  }
  const Results& from = unfailed.empty() ? all : unfailed;
  Results feasible;
  std::ranges::copy_if(from, std::back_inserter(feasible), [](const TrialResult* result) {
    return is_feasible(*result);
  });
  return feasible.empty() ? from : feasible;
}

// Of the finite ones, where there are any; null where there is no number.
Value mean_of(const Results& results, const std::string& metric) {
  std::vector<double> finite;
  Value other;
  for (const TrialResult* result : results) {
    const Value* value = result->metrics.find(metric);
    const auto number = value != nullptr ? value->number() : std::nullopt;
    if (number && std::isfinite(*number)) {
      finite.push_back(*number);
    } else if (number) {
      other = *value;
    }
  }
  if (finite.empty()) {
    return other;
  }
  double mean = 0;
  for (const double each : finite) {
    mean += each / static_cast<double>(finite.size());
  }
  return mean;
}

std::vector<double> mean_excess(const Results& results) {
  std::vector<double> out(results.front()->excess.size(), 0.0);
  for (const TrialResult* result : results) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] += std::max(result->excess[i], 0.0) / static_cast<double>(results.size());
    }
  }
  return out;
}

}  // namespace

const Groups::Place& Groups::place_of(TrialId trial) const {
  const auto found = places_.find(trial.value);
  LUTHIER_CHECK(found != places_.end(), "a trial that was never added");
  return found->second;
}

Member& Groups::member_of(TrialId trial) {
  const Place& place = place_of(trial);
  return groups_[place.group].members[place.member];
}

std::optional<std::size_t> Groups::first_wanting() const {
  return wanting_in_order_.empty() ? std::nullopt : std::optional(*wanting_in_order_.begin());
}

bool Groups::add(TrialId trial, const Config& config, std::size_t size) {
  const std::string key = to_json(config);
  const auto wanting = wanting_.find(key);
  const bool joins = wanting != wanting_.end();
  const std::size_t number = joins ? *wanting->second.begin() : groups_.size();
  if (!joins) {
    groups_.push_back({.config = config, .size = size});
    not_over_.insert(number);
    wanting_[key].insert(number);
    wanting_in_order_.insert(number);
  }
  Group& group = groups_[number];
  places_[trial.value] = {number, group.members.size()};
  group.members.push_back({.trial = trial});
  if (group.is_full()) {
    std::set<std::size_t>& same = wanting_.at(key);
    same.erase(number);
    if (same.empty()) {
      wanting_.erase(key);
    }
    wanting_in_order_.erase(number);
  }
  return !joins;
}

// Trained again after a restart: its first result there stands.
void Groups::report(TrialId trial, const TrialResult& result) {
  Member& member = member_of(trial);
  if (member.ending) {  // tried once more
    Group& group = groups_[of(trial)];
    group.is_changed |= member.failed() && member.counted;
    group.is_over = false;
    not_over_.insert(of(trial));
    member.ending.reset();
  }
  if (result.training_iteration > member.iteration) {
    member.iteration = result.training_iteration;
    member.waiting.push_back(result);
  }
}

void Groups::end(TrialId trial, TrialState state) {
  Member& member = member_of(trial);
  Group& group = groups_[of(trial)];
  group.is_changed |= member.failed() != (state == TrialState::failed) && member.counted;
  member.ending = state;
}

bool Groups::change(TrialId trial, const Config& config) {
  Group& group = groups_[of(trial)];
  if (group.size == 1) {
    group.config = config;
    return true;
  }
  member_of(trial).ending = TrialState::stopped;
  const std::size_t number = groups_.size();
  groups_.push_back({.config = config, .size = 1, .members = {{.trial = trial}}});
  not_over_.insert(number);
  places_[trial.value] = {number, 0};
  return false;
}

TrialResult Groups::mean(const Group& group) const {
  const Results results = results_that_count(group);
  TrialResult out = *results.front();
  for (const Objective& objective : objectives_) {
    if (Value value = mean_of(results, objective.metric); !value.is_null()) {
      out.metrics.set(objective.metric, std::move(value));
    }
  }
  for (const TrialResult* result : results) {
    out.time = std::max(out.time, result->time);
  }
  out.excess = mean_excess(results);
  out.training_iteration = group.told;
  return out;
}

std::optional<TrialResult> Groups::take_result(std::size_t number) {
  Group& group = groups_.at(number);
  while (group.is_full()) {
    std::optional<std::int64_t> next;
    for (const Member& member : group.members) {
      if (!member.waiting.empty()) {
        const std::int64_t iteration = member.waiting.front().training_iteration;
        next = next ? std::min(*next, iteration) : iteration;
      } else if (!member.ending) {
        return std::nullopt;
      }
    }
    if (!next) {
      break;
    }
    for (Member& member : group.members) {
      if (!member.waiting.empty() && member.waiting.front().training_iteration == *next) {
        member.counted = std::move(member.waiting.front());
        member.waiting.pop_front();
      }
    }
    if (*next > group.told) {
      group.told = *next;
      group.is_changed = false;
      return mean(group);
    }
    group.is_changed = true;
  }
  const bool all_ended =
      group.is_full() && std::ranges::all_of(group.members, [](const Member& each) {
        return each.ending.has_value();
      });
  if (all_ended && group.is_changed && group.told > 0) {
    group.is_changed = false;
    return mean(group);
  }
  return std::nullopt;
}

bool Groups::take_end(std::size_t number) {
  Group& group = groups_.at(number);
  const bool all_ended = std::ranges::all_of(
      group.members, [](const Member& each) { return each.ending && each.waiting.empty(); });
  if (!group.is_full() || !all_ended || group.is_over) {
    return false;
  }
  group.is_over = true;
  not_over_.erase(number);
  return true;
}

TrialState Groups::ending(const Group& group) {
  const auto any = [&](TrialState state) {
    return std::ranges::any_of(group.members,
                               [&](const Member& each) { return each.ending == state; });
  };
  return any(TrialState::completed) ? TrialState::completed
         : any(TrialState::stopped) ? TrialState::stopped
                                    : TrialState::failed;
}

}  // namespace luthier::repeat

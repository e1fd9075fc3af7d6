// Trials that repeat one configuration, in groups, and the curve of each group: what the searcher
// inside `repeat` is told in place of the results of single trials. Fed with facts in log order.
//
// A group's curve goes to where all of its trials have got; one that has ended counts from there on
// as it was when it ended. One that failed counts no longer, unless all did.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "luthier/experiment_view.h"

namespace luthier::repeat {

struct Member {
  TrialId trial;
  std::deque<TrialResult> waiting = {};     // beyond the group's curve
  std::optional<TrialResult> counted = {};  // the last that is part of the curve
  std::int64_t iteration = 0;               // the furthest reported
  std::optional<TrialState> ending = {};    // once it has ended, or left with another config
  bool failed() const { return ending == TrialState::failed; }
};

struct Group {
  Config config;
  std::size_t size = 0;  // trials it is to have
  std::vector<Member> members = {};
  std::int64_t told = 0;    // the iteration that the curve has got to
  bool is_changed = false;  // the mean at that iteration is another than what was told
  bool is_over = false;
  bool is_full() const { return members.size() == size; }
};

class Groups {
 public:
  explicit Groups(std::vector<Objective> objectives) : objectives_(std::move(objectives)) {}

  std::size_t size() const { return groups_.size(); }
  const Group& at(std::size_t number) const { return groups_.at(number); }
  // The group of a trial that was added.
  std::size_t of(TrialId trial) const { return place_of(trial).group; }
  // The first group that has fewer trials than it is to have.
  std::optional<std::size_t> first_wanting() const;
  const std::set<std::size_t>& not_over() const { return not_over_; }

  // Joins the first group that wants a trial of this configuration. Else it is the first of a new
  // group, of `size`: true.
  bool add(TrialId trial, const Config& config, std::size_t size);
  void report(TrialId trial, const TrialResult& result);
  void end(TrialId trial, TrialState state);
  // It goes on with another configuration: true if its group has no other trial, and so changes
  // with it; else it leaves that and is a new group.
  bool change(TrialId trial, const Config& config);

  // The next point of a group's curve that was not taken yet; nothing for now.
  std::optional<TrialResult> take_result(std::size_t number);
  // Whether all its trials have ended; true once, unless one of them goes on.
  bool take_end(std::size_t number);

  // Of a group that is over: completed if any of its trials is, failed if all are, else stopped.
  static TrialState ending(const Group& group);

 private:
  struct Place {
    std::size_t group = 0;
    std::size_t member = 0;
  };
  const Place& place_of(TrialId trial) const;
  Member& member_of(TrialId trial);
  TrialResult mean(const Group& group) const;

  std::vector<Objective> objectives_;
  std::vector<Group> groups_;
  std::unordered_map<std::int64_t, Place> places_;        // by trial; look-ups only
  std::map<std::string, std::set<std::size_t>> wanting_;  // by configuration
  std::set<std::size_t> wanting_in_order_;
  std::set<std::size_t> not_over_;
};

}  // namespace luthier::repeat

// A searcher around another: each configuration that the one inside proposes runs several times, in
// trials with seeds of their own, and it is told of them as of one trial that reports their mean
// (search/wrappers/groups.h). It sees groups of trials as trials, numbered in the order of their
// first ones.
#include <memory>

#include "base/format.h"
#include "search/wrappers/grouped_view.h"
#include "search/wrappers/groups.h"
#include "search/wrappers/wrapper.h"

namespace luthier {
namespace {

using repeat::Group;
using repeat::GroupedView;
using repeat::Groups;

TrialId id_of(std::size_t group) {
  return {static_cast<std::int64_t>(group)};
}

class Repeat : public Searcher {
 public:
  Repeat(std::size_t times, std::vector<Objective> objectives, std::unique_ptr<Searcher> inside)
      : times_(times), groups_(std::move(objectives)), inside_(std::move(inside)) {}

  Suggestion suggest(const ExperimentView& view, TrialId /*trial*/) const override {
    if (const auto wanting = groups_.first_wanting()) {
      const Group& group = groups_.at(*wanting);
      return Proposal{.config = group.config,
                      .reason = formatted("repeat {} of {} of trial {}",
                                          group.members.size() + 1,
                                          group.size,
                                          group.members.front().trial.value)};
    }
    Suggestion out = inside_->suggest(GroupedView(view, groups_), id_of(groups_.size()));
    if (auto* proposal = std::get_if<Proposal>(&out); proposal && times_ > 1) {
      proposal->reason = formatted("the first of {} repeats{}{}",
                                   times_,
                                   proposal->reason.empty() ? "" : ": ",
                                   proposal->reason);
    }
    return out;
  }

  // What is known from before the experiment has ended already, and is not repeated.
  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    const std::size_t size = is_ended(view.state(trial)) ? 1 : times_;
    if (groups_.add(trial, view.config(trial), size)) {
      inside_->on_trial_added(GroupedView(view, groups_), id_of(groups_.of(trial)));
    }
    tell(view, groups_.of(trial));
  }

  void on_result(const ExperimentView& view, TrialId trial, const TrialResult& result) override {
    groups_.report(trial, result);
    tell(view, groups_.of(trial));
  }

  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    const std::size_t before = groups_.of(trial);
    if (groups_.change(trial, view.config(trial))) {
      return inside_->on_trial_changed(GroupedView(view, groups_), id_of(before));
    }
    inside_->on_trial_added(GroupedView(view, groups_), id_of(groups_.of(trial)));
    tell(view, before);
  }

  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    groups_.end(trial, view.state(trial));
    tell(view, groups_.of(trial));
  }

 private:
  void tell(const ExperimentView& view, std::size_t group) {
    const GroupedView grouped(view, groups_);
    while (const auto result = groups_.take_result(group)) {
      inside_->on_result(grouped, id_of(group), *result);
    }
    if (groups_.take_end(group)) {
      inside_->on_trial_ended(grouped, id_of(group));
    }
  }

  std::size_t times_;
  Groups groups_;
  std::unique_ptr<Searcher> inside_;
};

}  // namespace

PluginInfo repeat_info() {
  return wrapper_info("runs what another searcher proposes several times, and tells it the mean",
                      {.name = "times",
                       .type = OptionType::integer,
                       .default_value = 3,
                       .meaning = "trials of each configuration; more averages noise better and "
                                  "explores less",
                       .minimum = 1,
                       .maximum = 10000});
}

std::unique_ptr<Searcher> make_repeat(const PluginContext& context,
                                      std::unique_ptr<Searcher> inside) {
  return std::make_unique<Repeat>(static_cast<std::size_t>(context.options.integer("times")),
                                  std::vector(context.objectives.begin(), context.objectives.end()),
                                  std::move(inside));
}

}  // namespace luthier

// A searcher that leaves each proposal to one of several others: to the one that suits the space
// and how the search has gone so far (search/portfolio/choice.h). No single searcher is the best on
// all problems (Benjamins et al., "carps", 2025). Every member learns from every trial, whoever
// proposed it, so that the choice may change from one trial to the next; a member that can't be
// chosen learns nothing and costs nothing.
#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"
#include "base/try.h"
#include "luthier/searcher.h"
#include "search/portfolio/choice.h"

namespace luthier {
namespace {

using portfolio::Choice;
using portfolio::Member;

constexpr std::array kMembers = {Member::tpe, Member::gp, Member::cmaes, Member::bohb};

SearcherPlugin plugin_of(Member member) {
  const auto rows = builtin_searchers();
  const auto found = std::ranges::find(rows, to_text(member), &SearcherRow::name);
  LUTHIER_CHECK(found != rows.end(), "no such searcher");
  return found->plugin();
}

struct Part {
  Member member;
  std::unique_ptr<Searcher> searcher;
};

class Auto : public Searcher {
 public:
  explicit Auto(std::vector<Part> parts) : parts_(std::move(parts)) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    const Choice choice = portfolio::choose(portfolio::traits_of(view.space()), course_);
    Suggestion out = part(choice.member).suggest(view, trial);
    if (auto* proposal = std::get_if<Proposal>(&out)) {
      proposal->reason =
          std::string(to_text(choice.member)) + " (" + choice.why + "): " + proposal->reason;
    }
    return out;
  }

  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    if (!are_selected_) {
      const auto traits = portfolio::traits_of(view.space());
      std::erase_if(parts_, [&](const Part& each) { return !may_propose(each.member, traits); });
      are_selected_ = true;
    }
    course_.added(view, trial);
    for (const Part& each : parts_) {
      each.searcher->on_trial_added(view, trial);
    }
  }

  void on_result(const ExperimentView& view, TrialId trial, const TrialResult& result) override {
    course_.reported(trial, result.training_iteration);
    for (const Part& each : parts_) {
      each.searcher->on_result(view, trial, result);
    }
  }

  void on_trial_changed(const ExperimentView& view, TrialId trial) override {
    for (const Part& each : parts_) {
      each.searcher->on_trial_changed(view, trial);
    }
  }

  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    course_.ended(view, trial);
    for (const Part& each : parts_) {
      each.searcher->on_trial_ended(view, trial);
    }
  }

 private:
  const Searcher& part(Member member) const {
    const auto found = std::ranges::find(parts_, member, &Part::member);
    LUTHIER_CHECK(found != parts_.end(), "chosen, but not among the members");
    return *found->searcher;
  }

  std::vector<Part> parts_;
  bool are_selected_ = false;  // those that may be chosen in this space
  portfolio::Course course_;
};

Result<std::unique_ptr<Searcher>> make(const PluginContext& context) {
  std::vector<Part> parts;
  for (const Member member : kMembers) {
    const SearcherPlugin plugin = plugin_of(member);
    PluginContext inner = context;
    LUTHIER_TAKE(inner.options, resolve_options(to_text(member), plugin.info.options, {}));
    LUTHIER_TAKE(auto searcher, plugin.make(inner));
    parts.push_back({member, std::move(searcher)});
  }
  return std::unique_ptr<Searcher>(std::make_unique<Auto>(std::move(parts)));
}

// Raised with that of any member: their answers are its own.
int version() {
  int out = 1;
  for (const Member member : kMembers) {
    out += plugin_of(member).info.version;
  }
  return out;
}

}  // namespace

SearcherPlugin searcher_auto() {
  return {.info = {.summary = "the searcher that suits the space and the search so far",
                   .paper = {},
                   .version = version()},
          .make = make};
}

}  // namespace luthier

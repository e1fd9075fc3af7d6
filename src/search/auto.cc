// A searcher that leaves each proposal to one of several others: to the one that suits the space
// and how the search has gone so far (search/portfolio/choice.h). No single searcher is the best on
// all problems (Benjamins et al., "carps", 2025). Every member learns from every trial, whoever
// proposed it, so that the choice may change from one trial to the next; a member that won't be
// chosen any more learns nothing and costs nothing.
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/check.h"
#include "base/format.h"
#include "core/state/ranked_loss.h"
#include "luthier/searcher.h"
#include "search/portfolio/choice.h"

namespace luthier {
namespace {

using portfolio::Choice;
using portfolio::Member;

constexpr std::array kMembers = {Member::tpe, Member::gp, Member::cmaes, Member::bohb};
constexpr std::array kMembersForFront = {Member::tpe, Member::gp, Member::nsga2};

// With more parameters, gp gets fewer trials and candidates: its time is bounded, 10 ms with 20.
constexpr std::size_t kManyParameters = 12;

SearcherPlugin plugin_of(Member member) {
  const auto rows = builtin_searchers();
  const auto found = std::ranges::find(rows, to_text(member), &SearcherRow::name);
  LUTHIER_CHECK(found != rows.end(), "no such searcher");
  return found->plugin();
}

NamedValues options_of(Member member, const CompiledSpace& space) {
  return member == Member::gp && space.axes().size() > kManyParameters
             ? NamedValues{{"most_points", 80}, {"candidates", 128}}
             : NamedValues{};
}

std::unique_ptr<Searcher> made(Member member,
                               std::span<const Objective> objectives,
                               std::span<const Prior> priors,
                               std::span<const RelatedTask> related,
                               const ExperimentView& view) {
  const SearcherPlugin plugin = plugin_of(member);
  auto options =
      resolve_options(to_text(member), plugin.info.options, options_of(member, view.space()));
  LUTHIER_CHECK(options.ok(), "options of a member");
  auto out = plugin.make({.options = *std::move(options),
                          .objectives = objectives,
                          .seed = view.seed(),
                          .space = &view.space(),
                          .priors = priors,
                          .related = related});
  LUTHIER_CHECK(out.ok(), "a member");
  return *std::move(out);
}

struct Part {
  Member member;
  std::unique_ptr<Searcher> searcher;
};

class Auto : public Searcher {
 public:
  explicit Auto(const PluginContext& context)
      : objectives_(context.objectives.begin(), context.objectives.end()),
        priors_(context.priors.begin(), context.priors.end()),
        related_(context.related.begin(), context.related.end()) {}

  Suggestion suggest(const ExperimentView& view, TrialId trial) const override {
    const Choice choice = choose(view, trial);
    const auto found = std::ranges::find(parts_, choice.member, &Part::member);
    Suggestion out = found != parts_.end() ? found->searcher->suggest(view, trial)
                                           : made(choice.member, view)->suggest(view, trial);
    if (auto* proposal = std::get_if<Proposal>(&out)) {
      proposal->reason =
          formatted("{} ({}): {}", to_text(choice.member), choice.why, proposal->reason);
    }
    return out;
  }

  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    if (!traits_) {
      begin(view);
    }
    note_turn(trial, choose(view, trial));
    const std::vector<TrialId> paused = history_.course.added(view, trial);
    if (!has_front()) {
      note_records(view, paused);
    }
    for (const Part& each : parts_) {
      each.searcher->on_trial_added(view, trial);
    }
  }

  void on_result(const ExperimentView& view, TrialId trial, const TrialResult& result) override {
    if (!has_front()) {
      losses_[trial.value] = ranked_loss(objectives_.front(), result);
    }
    history_.course.reported(trial, result.training_iteration);
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
    history_.course.ended(view, trial);
    history_.records.ended(trial);
    note_loss(trial, view.state(trial));
    for (const Part& each : parts_) {
      each.searcher->on_trial_ended(view, trial);
    }
    if (!may_still_propose(Member::gp, history_.course)) {
      std::erase_if(parts_, [](const Part& each) { return each.member == Member::gp; });
    }
  }

 private:
  std::unique_ptr<Searcher> made(Member member, const ExperimentView& view) const {
    return luthier::made(member, objectives_, priors_, related_, view);
  }

  Choice choose(const ExperimentView& view, TrialId trial) const {
    Rng rng(view.seed(), "auto", static_cast<std::uint64_t>(trial.value));
    const auto traits = traits_ ? *traits_ : portfolio::traits_of(view.space());
    return has_front() ? portfolio::choose_for_front(traits, history_.course)
                       : portfolio::choose(traits, history_, rng.uniform());
  }

  bool has_front() const { return objectives_.size() > 1; }

  void begin(const ExperimentView& view) {
    traits_ = portfolio::traits_of(view.space());
    const auto members = has_front() ? std::span<const Member>(kMembersForFront) : kMembers;
    for (const Member member : members) {
      if (may_propose(member, *traits_)) {
        parts_.push_back({member, made(member, view)});
      }
    }
  }

  void note_turn(TrialId trial, const Choice& choice) {
    if (choice.for_records) {
      history_.records.added(trial, choice.turn);
    } else {
      history_.turns.added(trial, choice.turn);
    }
  }

  void note_records(const ExperimentView& view, const std::vector<TrialId>& paused) {
    for (const TrialId each : paused) {
      // With --deterministic, what it reported may not have been told yet.
      if (const auto loss = losses_.find(each.value); loss != losses_.end()) {
        history_.records.paused(each, view.iteration(each), loss->second);
      }
    }
  }

  void note_loss(TrialId trial, TrialState state) {
    const auto loss = losses_.find(trial.value);
    if (state == TrialState::completed && loss != losses_.end()) {
      history_.turns.completed(trial, loss->second);
    } else {
      history_.turns.failed(trial);
    }
    losses_.erase(trial.value);
  }

  std::vector<Objective> objectives_;
  std::vector<Prior> priors_;
  std::vector<RelatedTask> related_;
  std::vector<Part> parts_;  // made with the first trial
  std::optional<portfolio::SpaceTraits> traits_;
  portfolio::History history_;
  std::unordered_map<std::int64_t, double> losses_;  // the last of running trials, look-ups only
};

// Raised with that of any member: their answers are its own.
int version() {
  int out = 1;
  for (const Member member : kMembers) {
    out += plugin_of(member).info.version;
  }
  return out + plugin_of(Member::nsga2).info.version;
}

}  // namespace

SearcherPlugin searcher_auto() {
  return {.info = {.summary = "the searcher that suits the space and the search so far",
                   .paper = {},
                   .version = version(),
                   .multi_objective = true,
                   .requirements = true,
                   .priors = true},
          .make = [](const PluginContext& context) -> Result<std::unique_ptr<Searcher>> {
            return std::unique_ptr<Searcher>(std::make_unique<Auto>(context));
          }};
}

}  // namespace luthier

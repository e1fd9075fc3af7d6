#include "schedulers/rungs/hyperband_bands.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/format.h"
#include "base/text.h"
#include "core/pareto/pareto_order.h"
#include "schedulers/rungs/halving_bracket.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/reading.h"

namespace luthier {
namespace {

class Hyperband : public TrialScheduler {
 public:
  Hyperband(const PluginContext& context, BracketOrder order)
      : reading_(context),
        max_t_(context.options.number("max_t")),
        eta_(context.options.number("reduction_factor")),
        brackets_in_band_(static_cast<int>(std::nearbyint(std::log(max_t_) / std::log(eta_))) + 1),
        order_(order),
        next_s_(first_s()) {}

  void on_trial_added(const ExperimentView& /*view*/, TrialId trial) override { member(trial); }

  Decision on_result(const ExperimentView& view,
                     TrialId trial,
                     const TrialResult& result) override {
    const auto time = reading_.time(result);
    if (!time) {
      return {.reason = "no time yet"};
    }
    if (lost_.contains(trial)) {
      return stop_lost(trial);
    }
    if (finished_.erase(trial) > 0) {
      return reached_end(*time);
    }
    kept_.erase(trial);  // it trains already: a person resumed it
    const Member& m = member(trial);
    const HalvingBracket& bracket = brackets_[m.bracket];
    if (*time >= max_t_ || (*time >= bracket.milestone() && bracket.at_last_milestone())) {
      return stop_at_end(view, trial, *time);
    }
    if (*time < bracket.milestone()) {
      return {.reason = "below milestone"};
    }
    if (!reading_.has_loss(result)) {
      return {.reason = "no metric yet"};
    }
    HalvingBracket::Waiting waiting{{reading_.loss(result), trial}, *time};
    if (reading_.is_multi_objective()) {
      waiting.losses = reading_.losses(result);
    }
    return std::isfinite(waiting.standing.loss) ? wait(view, waiting) : stop_nan(view, trial);
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    for (const auto& [trial, verdict] : lost_) {
      if (is_waiting(view, trial)) {
        return end_choice(verdict, "lost");
      }
    }
    for (const auto& [trial, verdict] : finished_) {
      if (is_waiting(view, trial)) {
        return end_choice(verdict, "finished");
      }
    }
    for (const auto& [trial, verdict] : kept_) {
      if (is_waiting(view, trial)) {
        return run_choice(verdict);
      }
    }
    if (const auto trial = view.first_pending()) {
      return Choice{.trial = *trial, .reason = "first pending"};
    }
    return view.more_trials() ? std::nullopt : choose_by_cutting(view);
  }

  void on_choice(const ExperimentView& view, const Choice& choice) override {
    // A pending trial (an attempt that was lost, a person's resume) keeps its place: it may report
    // its milestone again, get the stored decision and wait as before.
    if (view.state(choice.trial) != TrialState::paused) {
      return;
    }
    if (const Member& m = member(choice.trial); m.waiting) {
      cut(m.bracket);  // the choice came from choose_by_cutting
    }
    lost_.erase(choice.trial);
    finished_.erase(choice.trial);
    kept_.erase(choice.trial);
  }

  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    lost_.erase(trial);
    finished_.erase(trial);
    kept_.erase(trial);
    leave(view, trial, true);
  }

 private:
  static constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

  struct Member {
    std::size_t bracket = kNowhere;
    std::optional<HalvingBracket::Waiting> waiting;  // while it waits at the milestone
  };
  using Verdicts = std::map<TrialId, HalvingBracket::Verdict>;

  static bool is_waiting(const ExperimentView& view, TrialId trial) {
    return view.state(trial) == TrialState::paused && view.can_run(trial);
  }

  // The trial's entry; a trial without a bracket (new, or retried after its end) joins the newest.
  Member& member(TrialId trial) {
    Member& m = members_[trial];
    if (m.bracket == kNowhere && !lost_.contains(trial) && !finished_.contains(trial)) {
      if (brackets_.empty() || !brackets_.back().is_open()) {
        open_bracket();
      }
      m.bracket = brackets_.size() - 1;
      brackets_.back().join(trial);
    }
    return m;
  }

  int first_s() const { return order_ == BracketOrder::smallest_first ? 0 : brackets_in_band_ - 1; }
  int following_s(int s) const {
    const int step = order_ == BracketOrder::smallest_first ? 1 : brackets_in_band_ - 1;
    return (s + step) % brackets_in_band_;
  }

  void open_bracket() {
    double milestone = 0;
    int s = 0;
    do {  // brackets too deep for max_t have no whole first milestone and are left out
      s = next_s_;
      next_s_ = following_s(s);
      milestone = std::floor(max_t_ * std::pow(eta_, -s));
    } while (milestone < 1);
    const double places =
        std::ceil(static_cast<double>(brackets_in_band_) / (s + 1) * std::pow(eta_, s));
    brackets_.emplace_back(places, milestone, s, eta_, max_t_);
  }

  Decision wait(const ExperimentView& view, const HalvingBracket::Waiting& waiting) {
    const TrialId trial = waiting.standing.trial;
    Member& m = members_[trial];
    HalvingBracket& bracket = brackets_[m.bracket];
    const double milestone = bracket.milestone();
    if (m.waiting) {
      bracket.resume(*m.waiting);
    }
    m.waiting = waiting;
    bracket.arrive(*m.waiting);
    cut_if_complete(view, m.bracket);
    if (lost_.contains(trial)) {
      return stop_lost(trial);
    }
    if (finished_.erase(trial) > 0) {
      return reached_end(waiting.time);
    }
    if (const auto kept = kept_.find(trial); kept != kept_.end()) {
      Decision decision{.reason = describe(kept->second), .numbers = numbers(kept->second)};
      kept_.erase(kept);
      return decision;
    }
    return {.kind = DecisionKind::pause,
            .reason = formatted("waits at {} for {} others of its bracket",
                                reading_.show_time(milestone),
                                bracket.training()),
            .numbers = with_value(waiting.standing.loss,
                                  {{"milestone", milestone},
                                   {"waiting", static_cast<double>(bracket.waiting().size())},
                                   {"training", static_cast<double>(bracket.training())}})};
  }

  Decision stop_lost(TrialId trial) {
    const auto lost = lost_.find(trial);
    Decision decision{.kind = DecisionKind::stop,
                      .reason = describe(lost->second),
                      .numbers = numbers(lost->second)};
    lost_.erase(lost);
    return decision;
  }

  Decision stop_nan(const ExperimentView& view, TrialId trial) {
    const double milestone = brackets_[members_[trial].bracket].milestone();
    leave(view, trial, false);
    return {.kind = DecisionKind::stop,
            .reason = formatted("its result is NaN or infinite at {}, worse than every number",
                                reading_.show_time(milestone)),
            .numbers = {{"milestone", milestone}}};
  }

  Decision stop_at_end(const ExperimentView& view, TrialId trial, double time) {
    leave(view, trial, false);
    return reached_end(time);
  }
  Decision reached_end(double time) const {
    return {.kind = DecisionKind::stop,
            .reason = formatted("reached the last milestone of its bracket at {} (max_t {})",
                                reading_.show_time(time),
                                format_number(max_t_)),
            .numbers = {{"max_t", max_t_}},
            .completes = true};
  }

  void leave(const ExperimentView& view, TrialId trial, bool vacates) {
    Member& m = members_[trial];
    if (m.bracket == kNowhere) {
      return;
    }
    const std::size_t index = m.bracket;
    const auto waiting = m.waiting;
    m = {};
    brackets_[index].leave(trial, waiting, vacates);
    cut_if_complete(view, index);
  }

  bool is_complete(const ExperimentView& view, std::size_t index) const {
    const HalvingBracket& bracket = brackets_[index];
    const bool takes_more =
        bracket.is_open() && index + 1 == brackets_.size() && view.more_trials();
    return bracket.training() == 0 && !bracket.waiting().empty() && !takes_more;
  }

  void cut_if_complete(const ExperimentView& view, std::size_t index) {
    if (is_complete(view, index)) {
      cut(index);
    }
  }

  void cut(std::size_t index) {
    const auto cut = brackets_[index].cut();
    const auto file =
        [&](const std::vector<HalvingBracket::Verdict>& from, Verdicts& to, bool goes_on) {
          for (const auto& verdict : from) {
            to.emplace(verdict.standing.trial, verdict);
            members_[verdict.standing.trial] = {goes_on ? index : kNowhere, std::nullopt};
          }
        };
    file(cut.kept, kept_, true);
    file(cut.lost, lost_, false);
    file(cut.finished, finished_, false);
  }

  // No trials come any more: a bracket that waited for some is cut; on_choice carries it out. When
  // nothing runs either, a bracket is cut even if members that a person holds have not arrived.
  std::optional<Choice> choose_by_cutting(const ExperimentView& view) const {
    const bool idle = view.running_count() == 0;
    for (std::size_t index = idle ? 0 : brackets_.size() - 1; index < brackets_.size(); ++index) {
      if (brackets_[index].waiting().empty() || !(idle || is_complete(view, index))) {
        continue;
      }
      HalvingBracket copy = brackets_[index];
      const auto cut = copy.cut();
      const auto runs = [&](const HalvingBracket::Verdict& v) {
        return is_waiting(view, v.standing.trial);
      };
      if (const auto v = std::ranges::find_if(cut.kept, runs); v != cut.kept.end()) {
        return run_choice(*v);
      }
      if (const auto v = std::ranges::find_if(cut.lost, runs); v != cut.lost.end()) {
        return end_choice(*v, "lost");
      }
      if (const auto v = std::ranges::find_if(cut.finished, runs); v != cut.finished.end()) {
        return end_choice(*v, "finished");
      }
    }
    return std::nullopt;
  }

  Choice run_choice(const HalvingBracket::Verdict& v) const {
    return {.trial = v.standing.trial, .reason = describe(v), .numbers = numbers(v)};
  }
  Choice end_choice(const HalvingBracket::Verdict& v, std::string_view how) const {
    Choice choice{.trial = v.standing.trial,
                  .kind = ChoiceKind::stop,
                  .reason = describe(v),
                  .numbers = numbers(v)};
    if (how == "finished") {
      choice.reason = "was beyond the last milestone of its bracket when the bracket was cut";
      choice.numbers.emplace_back("max_t", max_t_);
      choice.completes = true;
    }
    return choice;
  }

  std::string describe(const HalvingBracket::Verdict& v) const {
    return (v.losses.empty() ? reading_.show(v.standing.loss) : reading_.show(v.losses)) +
           " is number " + std::to_string(v.rank + 1) + " of " + std::to_string(v.of) + " at " +
           reading_.show_time(v.at) + (v.losses.empty() ? "" : std::string(" ") + kParetoWords) +
           "; " + go_on_text(v.kept);
  }
  Numbers numbers(const HalvingBracket::Verdict& v) const {
    return with_value(v.standing.loss,
                      {{"rank", static_cast<double>(v.rank + 1)},
                       {"n", static_cast<double>(v.of)},
                       {"kept", v.kept},
                       {"milestone", v.at},
                       {"next_milestone", v.next}});
  }
  // With several objectives the reason alone tells the values.
  Numbers with_value(double loss, Numbers numbers) const {
    if (!reading_.is_multi_objective()) {
      numbers.emplace(numbers.begin(), "value", reading_.value(loss));
    }
    return numbers;
  }

  Reading reading_;
  double max_t_;
  double eta_;
  int brackets_in_band_;
  BracketOrder order_;
  int next_s_;
  std::vector<HalvingBracket> brackets_;
  PerTrial<Member> members_;
  Verdicts kept_;      // paused trials to resume
  Verdicts lost_;      // paused trials to end
  Verdicts finished_;  // paused trials to end as complete
};

}  // namespace

std::vector<OptionSpec> hyperband_option_specs() {
  return {time_attr_option(),
          {.name = "max_t",
           .default_value = 81.0,
           .meaning = "the most time that a trial gets; ideally a power of reduction_factor",
           .minimum = 1,
           .maximum = 1e9},
          {.name = "reduction_factor",
           .default_value = 3.0,
           .meaning = "one trial in this many goes on at a milestone; more is stricter and makes "
                      "fewer brackets",
           .minimum = 2,
           .maximum = 1e6}};
}

std::unique_ptr<TrialScheduler> make_hyperband(const PluginContext& context, BracketOrder order) {
  return std::make_unique<Hyperband>(context, order);
}

}  // namespace luthier

// ASHA: asynchronous successive halving. Li, Jamieson, Rostamizadeh, Gonina, Hardt, Recht and
// Talwalkar, "A system for massively parallel hyperparameter tuning" (2018, MLSys 2020).
//
// Rungs of bracket s lie at grace_period * rf^(k+s). A result enters the highest rung its trial has
// reached and not yet entered.
//   stop     Ray Tune's variant: the trial goes on unless its score is below the (1 - 1/rf)
//            percentile of the scores that entered the rung before it.
//   promote  the paper's algorithm 2: the trial pauses at its rung; free slots go to the best
//   trial,
//            of the highest rung that has one, which is among its rung's best floor(n / rf) and was
//            not promoted yet; else to a new trial.
// Departures.
//   From Ray Tune, stop: NaN or infinity at a rung stops the trial, also the first one there, and
//   does not count for the cutoff (Ray lets it go on); at max_t a trial without the metric stops
//   too. From the paper, promote: a rung's newcomer that would be promoted at once goes on without
//   a pause; NaN counts in n but is stopped; a trial that jumps over a rung enters only the highest
//   one it reached. The paper's supply of trials never ends; here, once no more come and nothing
//   runs, each bracket goes on promoting the best trial of its highest waiting rung until one trial
//   has completed, so that a search of fewer than rf^rungs trials also trains one to the end.
#include <cmath>
#include <set>

#include "base/text.h"
#include "luthier/rng.h"
#include "luthier/scheduler.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/ranked_set.h"
#include "schedulers/rungs/reading.h"
#include "schedulers/rungs/running_quantile.h"
#include "schedulers/rungs/standing.h"

namespace luthier {
namespace {

constexpr std::size_t kMaximumRungs = 64;  // one bit each in StopMode's trial entry

struct Settings {
  explicit Settings(const NamedValues& options)
      : max_t(options.number("max_t")),
        grace_period(options.number("grace_period")),
        reduction_factor(options.number("reduction_factor")),
        brackets(options.integer("brackets")) {}

  // Ray Tune's count, its floating-point rounding included: log(1000)/log(10) gives 3 rungs.
  std::size_t rung_count(std::int64_t s) const {
    const double count =
        std::log(max_t / grace_period) / std::log(reduction_factor) - static_cast<double>(s) + 1;
    return count < 1 ? 0 : static_cast<std::size_t>(count);
  }
  double milestone(std::int64_t s, std::size_t k) const {
    return grace_period *
           std::pow(reduction_factor, static_cast<double>(k) + static_cast<double>(s));
  }

  double max_t;
  double grace_period;
  double reduction_factor;
  std::int64_t brackets;
};

// Which bracket a trial belongs to: softmax over the brackets' numbers of rungs.
class BracketDraw {
 public:
  BracketDraw(const Settings& settings, std::uint64_t seed) : seed_(seed) {
    const auto most = static_cast<double>(settings.rung_count(0));
    for (std::int64_t s = 0; s < settings.brackets; ++s) {
      total_ += std::exp(static_cast<double>(settings.rung_count(s)) - most);
      cumulative_.push_back(total_);
    }
  }
  std::size_t operator()(TrialId trial) const {
    if (cumulative_.size() == 1) {
      return 0;
    }
    Rng rng(seed_, "asha", static_cast<std::uint64_t>(trial.value));
    const double at = rng.uniform() * total_;
    std::size_t s = 0;
    while (s + 1 < cumulative_.size() && at >= cumulative_[s]) {
      ++s;
    }
    return s;
  }

 private:
  std::uint64_t seed_;
  double total_ = 0;
  std::vector<double> cumulative_;
};

Decision reached_max_t(const Reading& reading, double time, double max_t) {
  return {.kind = DecisionKind::stop,
          .reason = "reached max_t " + format_number(max_t) + " at " + reading.show_time(time),
          .numbers = {{"max_t", max_t}}};
}

Decision not_a_number(const Reading& reading, double milestone) {
  return {.kind = DecisionKind::stop,
          .reason = "its result is NaN or infinite at the rung of " + reading.show_time(milestone) +
                    ", worse than every number",
          .numbers = {{"rung", milestone}}};
}

class StopMode : public TrialScheduler {
 public:
  explicit StopMode(const PluginContext& context)
      : settings_(context.options), reading_(context), draw_(settings_, context.seed) {
    // Ray's percentile is a per cent that NumPy divides again: the same steps give the same bits.
    const double quantile = (1 - 1 / settings_.reduction_factor) * 100 / 100;
    for (std::int64_t s = 0; s < settings_.brackets; ++s) {
      auto& rungs = brackets_.emplace_back();
      for (std::size_t k = 0; k < settings_.rung_count(s); ++k) {
        rungs.push_back({settings_.milestone(s, k), RunningQuantile(quantile)});
      }
    }
  }

  Decision on_result(const ExperimentView& /*view*/,
                     TrialId trial,
                     const TrialResult& result) override {
    const auto time = reading_.time(result);
    if (!time) {
      return {.reason = "no time yet"};
    }
    if (*time >= settings_.max_t) {
      return reached_max_t(reading_, *time, settings_.max_t);
    }
    if (!reading_.has_loss(result)) {
      return {.reason = "no metric yet"};
    }
    std::uint64_t& entered = entered_[trial];
    auto& rungs = brackets_[draw_(trial)];
    for (std::size_t k = rungs.size(); k-- > 0;) {
      const std::uint64_t bit = std::uint64_t{1} << k;
      if (*time >= rungs[k].milestone && (entered & bit) == 0) {
        entered |= bit;
        return judge(rungs[k], reading_.loss(result));
      }
    }
    return {.reason = "between rungs"};
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    if (const auto trial = view.first_pending()) {
      return Choice{.trial = *trial, .reason = "first pending"};
    }
    if (const auto trial = view.first_paused(); trial && !view.more_trials()) {
      return Choice{.trial = *trial, .reason = "first paused"};
    }
    return std::nullopt;
  }

 private:
  struct Rung {
    double milestone;
    RunningQuantile scores;  // higher is better, as in Ray: the cutoff's rounding is not symmetric
  };

  Decision judge(Rung& rung, double loss) {
    if (!std::isfinite(loss)) {
      return not_a_number(reading_, rung.milestone);
    }
    const std::size_t others = rung.scores.size();
    const double cutoff = others > 0 ? 0 - rung.scores.value() : loss;
    const bool stays = others == 0 || !(0 - loss < 0 - cutoff);
    rung.scores.insert(0 - loss);
    if (others == 0) {
      return {.reason = "first at the rung of " + reading_.show_time(rung.milestone),
              .numbers = {{"rung", rung.milestone}, {"n", 0}}};
    }
    return {.kind = stays ? DecisionKind::proceed : DecisionKind::stop,
            .reason = reading_.show(loss) + (stays ? " is within" : " is worse than") +
                      " the best 1/" + format_number(settings_.reduction_factor) + " of " +
                      std::to_string(others) + (others == 1 ? " result at " : " results at ") +
                      reading_.show_time(rung.milestone) + " (cutoff " + reading_.show(cutoff) +
                      ")",
            .numbers = {{"value", reading_.value(loss)},
                        {"cutoff", reading_.value(cutoff)},
                        {"rung", rung.milestone},
                        {"n", static_cast<double>(others)}}};
  }

  Settings settings_;
  Reading reading_;
  BracketDraw draw_;
  std::vector<std::vector<Rung>> brackets_;
  PerTrial<std::uint64_t> entered_;  // a bit for each rung the trial has entered
};

class PromoteMode : public TrialScheduler {
 public:
  explicit PromoteMode(const PluginContext& context)
      : settings_(context.options), reading_(context), draw_(settings_, context.seed) {
    for (std::int64_t s = 0; s < settings_.brackets; ++s) {
      auto& bracket = brackets_.emplace_back();
      for (std::size_t k = 0; k < settings_.rung_count(s); ++k) {
        if (const double milestone = settings_.milestone(s, k); milestone < settings_.max_t) {
          bracket.rungs.emplace_back().milestone = milestone;
        }
      }
    }
  }

  Decision on_result(const ExperimentView& view,
                     TrialId trial,
                     const TrialResult& result) override {
    const auto time = reading_.time(result);
    if (!time) {
      return {.reason = "no time yet"};
    }
    Bracket& bracket = brackets_[draw_(trial)];
    if (*time >= settings_.max_t) {
      bracket.completed = true;
      return reached_max_t(reading_, *time, settings_.max_t);
    }
    if (!reading_.has_loss(result)) {
      return {.reason = "no metric yet"};
    }
    std::size_t reached = 0;
    while (reached < bracket.rungs.size() && *time >= bracket.rungs[reached].milestone) {
      ++reached;
    }
    if (reached <= place_[trial].rungs) {
      return {.reason = "between rungs"};
    }
    leave_rung(trial);
    return enter(view, bracket, trial, reached, reading_.loss(result));
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    if (const auto next = next_promotion(view, std::nullopt)) {
      return promotion(*next, "promoted");
    }
    if (const auto trial = view.first_pending()) {
      return Choice{.trial = *trial, .reason = "first pending"};
    }
    if (view.more_trials() || view.running_count() > 0) {
      return std::nullopt;
    }
    const auto last = closing_promotion(view);
    return last ? std::optional(promotion(*last, "no more trials come: the best left"))
                : std::nullopt;
  }

  void on_choice(const ExperimentView& view, const Choice& choice) override {
    // A pending trial (an attempt that was lost, a person's resume) keeps its place: it may report
    // its rung again, get the stored decision and wait as before.
    if (view.state(choice.trial) == TrialState::paused) {
      leave_rung(choice.trial);
    }
  }

  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    leave_rung(trial);
    if (view.state(trial) == TrialState::completed) {
      brackets_[draw_(trial)].completed = true;
    }
  }

 private:
  struct Rung {
    double milestone = 0;
    std::size_t entered = 0;        // NaN included: n of floor(n / rf)
    RankedSet<Standing> ranks;      // all with a number
    std::set<Standing> unpromoted;  // those of them that wait
  };
  struct Bracket {
    std::vector<Rung> rungs;
    bool completed = false;  // one of its trials has trained to its end
  };
  struct Place {
    std::size_t rungs = 0;  // number of rungs entered or jumped over
    double loss = 0;        // at the last of them
  };
  struct Promotion {
    const Rung* rung;
    Standing standing;
    std::size_t rank;  // 0: the best
  };

  std::size_t quota(const Rung& rung) const {
    return static_cast<std::size_t>(static_cast<double>(rung.entered) / settings_.reduction_factor);
  }

  void leave_rung(TrialId trial) {
    const Place& place = place_[trial];
    if (place.rungs > 0) {
      brackets_[draw_(trial)].rungs[place.rungs - 1].unpromoted.erase({place.loss, trial});
    }
  }

  Decision enter(const ExperimentView& view,
                 Bracket& bracket,
                 TrialId trial,
                 std::size_t reached,
                 double loss) {
    Rung& rung = bracket.rungs[reached - 1];
    place_[trial] = {reached, loss};
    ++rung.entered;
    if (!std::isfinite(loss)) {
      return not_a_number(reading_, rung.milestone);
    }
    const Standing standing{loss, trial};
    rung.ranks.insert(standing);
    rung.unpromoted.insert(standing);
    const auto next = next_promotion(view, trial);
    const bool promoted = next && next->standing.trial == trial;
    if (promoted) {
      rung.unpromoted.erase(standing);
    }
    const std::size_t rank = rung.ranks.rank(standing);
    return {.kind = promoted ? DecisionKind::proceed : DecisionKind::pause,
            .reason = (promoted ? "promoted: " : "waits: ") + describe(rung, standing, rank),
            .numbers = numbers(rung, standing, rank)};
  }

  std::string describe(const Rung& rung, const Standing& standing, std::size_t rank) const {
    return reading_.show(standing.loss) + " is number " + std::to_string(rank + 1) + " of " +
           std::to_string(rung.entered) + " at " + reading_.show_time(rung.milestone) +
           ", where the best " + std::to_string(quota(rung)) + " go on";
  }
  Numbers numbers(const Rung& rung, const Standing& standing, std::size_t rank) const {
    return {{"value", reading_.value(standing.loss)},
            {"rank", static_cast<double>(rank + 1)},
            {"n", static_cast<double>(rung.entered)},
            {"promoted", static_cast<double>(quota(rung))},
            {"rung", rung.milestone}};
  }

  Choice promotion(const Promotion& next, const char* why) const {
    return {.trial = next.standing.trial,
            .reason = why + (": " + describe(*next.rung, next.standing, next.rank)),
            .numbers = numbers(*next.rung, next.standing, next.rank)};
  }

  // The promotion that is due now. `reporter`, a trial that is just answered, counts as able to
  // run.
  std::optional<Promotion> next_promotion(const ExperimentView& view,
                                          std::optional<TrialId> reporter) const {
    // Bracket s starts s levels up, so that a level is the same milestone in every bracket.
    for (std::size_t level = levels(); level-- > 0;) {
      for (std::size_t s = 0; s < brackets_.size() && s <= level; ++s) {
        if (level - s < brackets_[s].rungs.size()) {
          const Rung& rung = brackets_[s].rungs[level - s];
          if (const auto found = best_waiting(view, rung, reporter, quota(rung))) {
            return found;
          }
        }
      }
    }
    return std::nullopt;
  }

  std::optional<Promotion> best_waiting(const ExperimentView& view,
                                        const Rung& rung,
                                        std::optional<TrialId> reporter,
                                        std::size_t limit) const {
    for (const Standing& standing : rung.unpromoted) {
      const std::size_t rank = rung.ranks.rank(standing);
      if (rank >= limit) {
        break;
      }
      if (standing.trial == reporter || view.can_run(standing.trial)) {
        return Promotion{&rung, standing, rank};
      }
    }
    return std::nullopt;
  }

  std::optional<Promotion> closing_promotion(const ExperimentView& view) const {
    for (const Bracket& bracket : brackets_) {
      for (std::size_t k = bracket.completed ? 0 : bracket.rungs.size(); k-- > 0;) {
        const Rung& rung = bracket.rungs[k];
        if (const auto found = best_waiting(view, rung, std::nullopt, rung.ranks.size())) {
          return found;
        }
      }
    }
    return std::nullopt;
  }

  std::size_t levels() const { return settings_.rung_count(0); }

  Settings settings_;
  Reading reading_;
  BracketDraw draw_;
  std::vector<Bracket> brackets_;
  PerTrial<Place> place_;
};

Result<std::unique_ptr<TrialScheduler>> make(const PluginContext& context) {
  const Settings settings(context.options);
  if (settings.grace_period > settings.max_t) {
    return Error{ErrorCode::invalid_argument,
                 "option grace_period of scheduler 'asha' is " +
                     format_number(settings.grace_period) + ", more than max_t " +
                     format_number(settings.max_t) + "; make it smaller or max_t larger"};
  }
  if (settings.rung_count(0) > kMaximumRungs) {
    return Error{ErrorCode::invalid_argument,
                 "scheduler 'asha' would have " + std::to_string(settings.rung_count(0)) +
                     " rungs and can have 64; raise reduction_factor or grace_period"};
  }
  if (context.options.text("mode") == "promote") {
    return std::unique_ptr<TrialScheduler>(std::make_unique<PromoteMode>(context));
  }
  return std::unique_ptr<TrialScheduler>(std::make_unique<StopMode>(context));
}

std::vector<OptionSpec> options() {
  return {
      time_attr_option(),
      {.name = "max_t",
       .default_value = 100.0,
       .meaning = "a trial that reaches this time has completed",
       .minimum = 1e-9,
       .maximum = 1e15},
      {.name = "grace_period",
       .default_value = 1.0,
       .meaning = "time of the first rung: more spares slow starters, less saves more",
       .minimum = 1e-9,
       .maximum = 1e15},
      {.name = "reduction_factor",
       .default_value = 4.0,
       .meaning = "one trial in so many goes on at a rung; more is stricter and leaves fewer "
                  "rungs",
       .minimum = 1.1,
       .maximum = 1e6},
      {.name = "brackets",
       .type = OptionType::integer,
       .default_value = 1,
       .meaning = "trials are spread over so many ladders, each starting one rung later; more "
                  "hedges against misleading early results",
       .minimum = 1,
       .maximum = 32},
      {.name = "mode",
       .type = OptionType::text,
       .default_value = "stop",
       .meaning = "stop: trials go on unless they are worse than the cutoff; promote: they pause "
                  "at a rung until they are among its best (needs checkpoints to save work)",
       .choices = {"stop", "promote"}}};
}

}  // namespace

SchedulerPlugin scheduler_asha() {
  return {
      .info = {.summary = "asynchronous successive halving: stops trials that are not among the "
                          "best 1/reduction_factor at each rung",
               .paper = "Li et al., A system for massively parallel hyperparameter tuning, 2018",
               .options = options()},
      .make = make};
}

}  // namespace luthier

// Population based training. Jaderberg, Dalibard, Osindero, Czarnecki, Donahue, Razavi, Vinyals,
// Green, Dunning, Simonyan, Fernando and Kavukcuoglu, "Population based training of neural
// networks" (2017): exploit by truncation selection, explore by resampling or perturbing (section
// 3).
//
// Every perturbation_interval a trial is ranked among the unfinished trials by its latest score,
// with k = ceil(n * quantile_fraction), at most n/2. The best k save a checkpoint. Each of the
// worst k pauses and goes on from the checkpoint of a donor, one of the best k, with the donor's
// configuration explored (population/explorer.h). When other trials wait for a slot, a trial gives
// its own up after each interval; the least trained one goes on next.
// synch: all trials train to the same time and wait there, then all are ranked at once.
// Departures from Ray Tune.
//   NaN and infinity rank below every number (Ray leaves NaN trials as they are), never as donors.
//   A donor must have a committed checkpoint; if the one drawn has none, another of the best k is
//   taken (at most 16 are tried). If a donor has lost its checkpoint when the slot comes, the trial
//   goes on from its own. Values stay inside the declared bounds and steps, and integers always
//   move. Searchers are welcome: they propose the first generation. synch compares when nothing
//   runs any more, so a trial held by a person does not block the rest.
#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "luthier/scheduler.h"
#include "schedulers/population/explorer.h"
#include "schedulers/rungs/per_trial.h"
#include "schedulers/rungs/ranked_set.h"
#include "schedulers/rungs/reading.h"
#include "schedulers/rungs/standing.h"

namespace luthier {
namespace {

// The numbers in a text such as "1.2, 0.8"; the error names the first that is none.
Result<std::vector<double>> parse_factors(const std::string& text) {
  std::vector<double> factors;
  for (const std::string& part : split(text, ',')) {
    const auto factor = parse_number(part);
    if (!factor || !std::isfinite(*factor) || *factor <= 0) {
      return Error{ErrorCode::invalid_argument,
                   "option perturbation_factors of scheduler 'pbt' is \"" + text +
                       "\"; it must be positive numbers separated by commas, such as 1.2,0.8"};
    }
    factors.push_back(*factor);
  }
  return factors;
}

std::vector<std::string> parse_names(const Value* text) {
  std::vector<std::string> names;
  for (const std::string& part : split(text == nullptr ? "" : *text->text(), ',')) {
    if (!trim(part).empty()) {
      names.emplace_back(trim(part));
    }
  }
  return names;
}

constexpr std::size_t kDonorsTried = 16;  // a bound on the work of one decision

class Pbt : public TrialScheduler {
 public:
  Pbt(const PluginContext& context, Explorer explorer)
      : reading_(context),
        seed_(context.seed),
        interval_(context.options.number("perturbation_interval")),
        burn_in_(context.options.number("burn_in")),
        fraction_(context.options.number("quantile_fraction")),
        synch_(context.options.boolean("synch")),
        next_sync_(std::max(interval_, burn_in_)),
        explorer_(std::move(explorer)) {}

  Decision on_result(const ExperimentView& view,
                     TrialId trial,
                     const TrialResult& result) override {
    const auto time = reading_.time(result);
    if (!time) {
      return {.reason = "no time yet"};
    }
    if (!reading_.has_loss(result)) {
      return {.reason = "no metric yet"};
    }
    Member& m = members_[trial];
    m.last_step = std::min(m.last_step, *time);  // smaller after a restart: count from here
    if (*time < burn_in_) {
      return {.reason = "burn-in"};
    }
    if (synch_ ? *time < next_sync_ : *time - m.last_step < interval_) {
      return {.reason = "between steps"};
    }
    score(trial, reading_.loss(result));
    m.last_step = m.last_time = *time;
    return synch_ ? wait_for_all(trial, *time) : step(view, trial, *time);
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    if (const auto trial = view.first_pending()) {
      const Member* m = members_.find(*trial);
      return m != nullptr && m->exploit ? exploit_choice(view, *trial, *m->exploit)
                                        : Choice{.trial = *trial, .reason = "first pending"};
    }
    if (view.more_trials()) {
      return std::nullopt;
    }
    for (const auto& [time, trial] : ready_) {
      if (is_waiting(view, trial)) {
        return resume(view, trial, members_.find(trial)->exploit);
      }
    }
    return view.running_count() == 0 ? choose_at_barrier(view) : std::nullopt;
  }

  void on_choice(const ExperimentView& view, const Choice& choice) override {
    Member& m = members_[choice.trial];
    const bool was_paused = view.state(choice.trial) == TrialState::paused;
    if (was_paused && barrier_.contains(choice.trial)) {
      synchronise(view);
    }
    if (choice.checkpoint && m.exploit) {
      const Member& donor = members_[m.exploit->donor];
      m.last_step = donor.last_step;
      m.last_time = donor.last_time;
    }
    // A pending trial (its attempt was lost while it paused) may report its last iteration again,
    // get the stored decision and wait as before: it keeps its place.
    if (was_paused || choice.checkpoint) {
      m.exploit.reset();
      unready(choice.trial);
    }
  }

  void on_trial_ended(const ExperimentView& /*view*/, TrialId trial) override {
    Member& m = members_[trial];
    if (m.loss) {
      population_.erase({*m.loss, trial});
    }
    unready(trial);
    barrier_.erase(trial);
    m = {.steps = m.steps};
  }

 private:
  struct Exploit {
    TrialId donor;
    std::uint64_t draw = 0;  // names the random stream of this step
  };
  struct Member {
    std::optional<double> loss;      // at its last step
    double last_step = 0;            // time of it, or of its donor's
    double last_time = 0;            // how far it has trained: the least trained goes on first
    std::uint64_t steps = 0;         // steps it was in the lower quantile
    std::optional<double> ready_at;  // its key in ready_
    std::optional<Exploit> exploit;  // what to do when it gets a slot
  };

  static bool is_waiting(const ExperimentView& view, TrialId trial) {
    return view.state(trial) == TrialState::paused && view.can_run(trial);
  }

  void score(TrialId trial, double loss) {
    Member& m = members_[trial];
    if (m.loss) {
      population_.erase({*m.loss, trial});
    }
    m.loss = loss;
    population_.insert({loss, trial});
  }

  std::size_t quantile_size() const {
    const std::size_t n = population_.size();
    const double k = std::ceil(static_cast<double>(n) * fraction_);
    return n <= 1 ? 0 : std::min(static_cast<std::size_t>(k), n / 2);
  }
  std::size_t rank(TrialId trial) const {
    return population_.rank({*members_.find(trial)->loss, trial});
  }
  bool is_lower(TrialId trial) const { return rank(trial) >= population_.size() - quantile_size(); }

  // A trial of the upper quantile to clone; nothing when none of them has a checkpoint.
  std::optional<Exploit> draw_donor(const ExperimentView& view, TrialId trial) const {
    std::size_t donors = quantile_size();
    while (donors > 0 && !std::isfinite(population_.at(donors - 1).loss)) {
      --donors;
    }
    if (donors == 0) {
      return std::nullopt;
    }
    const std::uint64_t draw =
        (static_cast<std::uint64_t>(trial.value) << 32) | members_.find(trial)->steps;
    const std::size_t first = Rng(seed_, "pbt.donor", draw).below(donors);
    for (std::size_t i = 0; i < std::min(donors, kDonorsTried); ++i) {
      const TrialId donor = population_.at((first + i) % donors).trial;
      if (view.checkpoint(donor)) {
        return Exploit{donor, draw};
      }
    }
    return std::nullopt;
  }

  Decision step(const ExperimentView& view, TrialId trial, double time) {
    const std::size_t k = quantile_size();
    const std::string place = place_of(trial, time);
    const bool lower = k > 0 && is_lower(trial);
    if (lower) {
      Member& m = members_[trial];
      m.exploit = draw_donor(view, trial);
      ++m.steps;
      if (m.exploit) {
        ready(trial);
        Numbers numbers = numbers_of(trial);
        numbers.emplace_back("donor", static_cast<double>(m.exploit->donor.value));
        return {.kind = DecisionKind::pause,
                .reason = place + ", in the lower quantile: goes on as a copy of trial " +
                          to_text(m.exploit->donor),
                .numbers = std::move(numbers),
                .save = false};
      }
    }
    if (view.first_pending() || view.first_paused() || view.more_trials()) {
      ready(trial);
      return {.kind = DecisionKind::pause,
              .reason = place + "; gives its slot to a trial that waits",
              .numbers = numbers_of(trial)};
    }
    if (lower) {
      return {.reason = place + ", in the lower quantile, but no donor with a checkpoint was found",
              .numbers = numbers_of(trial)};
    }
    if (rank(trial) < k) {
      return {.kind = DecisionKind::checkpoint,
              .reason = place + ", in the upper quantile: saved for others to copy",
              .numbers = numbers_of(trial)};
    }
    return {.reason = place, .numbers = numbers_of(trial)};
  }

  Decision wait_for_all(TrialId trial, double time) {
    unready(trial);
    barrier_.insert(trial);
    return {.kind = DecisionKind::pause,
            .reason = place_of(trial, time) + "; waits for the others",
            .numbers = numbers_of(trial)};
  }

  // synch, when nothing runs or comes any more: on_choice then ranks everybody.
  std::optional<Choice> choose_at_barrier(const ExperimentView& view) const {
    for (const TrialId trial : barrier_) {
      if (is_waiting(view, trial)) {
        return resume(view, trial, is_lower(trial) ? draw_donor(view, trial) : std::nullopt);
      }
    }
    return std::nullopt;
  }

  void synchronise(const ExperimentView& view) {
    for (const TrialId trial : barrier_) {
      if (is_lower(trial)) {
        members_[trial].exploit = draw_donor(view, trial);
      }
    }
    double furthest = 0;
    for (const TrialId trial : barrier_) {
      Member& m = members_[trial];
      m.steps += is_lower(trial) ? 1 : 0;
      furthest = std::max(furthest, m.last_time);
      ready(trial);
    }
    barrier_.clear();
    next_sync_ = std::max(next_sync_ + interval_, furthest);
  }

  void ready(TrialId trial) {
    unready(trial);
    Member& m = members_[trial];
    m.ready_at = m.last_time;
    ready_.insert({m.last_time, trial});
  }
  void unready(TrialId trial) {
    Member& m = members_[trial];
    if (m.ready_at) {
      ready_.erase({*m.ready_at, trial});
      m.ready_at.reset();
    }
  }

  Choice resume(const ExperimentView& view,
                TrialId trial,
                const std::optional<Exploit>& exploit) const {
    return exploit ? exploit_choice(view, trial, *exploit)
                   : Choice{.trial = trial,
                            .reason = "least trained of those that wait",
                            .numbers = numbers_of(trial)};
  }

  Choice exploit_choice(const ExperimentView& view, TrialId trial, const Exploit& exploit) const {
    const auto checkpoint = view.checkpoint(exploit.donor);
    const std::string donor = "trial " + to_text(exploit.donor);
    if (!checkpoint) {
      return {.trial = trial,
              .reason = donor + " has no checkpoint any more: goes on from its own",
              .numbers = {{"donor", static_cast<double>(exploit.donor.value)}}};
    }
    Rng rng(seed_, "pbt.explore", exploit.draw);
    auto explored = explorer_.explore(view.space(), view.config(exploit.donor), rng);
    const std::int64_t iteration = view.checkpoint_iteration(*checkpoint);
    return {.trial = trial,
            .config = std::move(explored.config),
            .checkpoint = checkpoint,
            .reason = "copies " + donor + " at iteration " + std::to_string(iteration) + ", with " +
                      explored.changes,
            .numbers = {{"donor", static_cast<double>(exploit.donor.value)},
                        {"donor_iteration", static_cast<double>(iteration)}}};
  }

  std::string place_of(TrialId trial, double time) const {
    return reading_.show(*members_.find(trial)->loss) + " is number " +
           std::to_string(rank(trial) + 1) + " of " + std::to_string(population_.size()) + " at " +
           reading_.show_time(time);
  }
  Numbers numbers_of(TrialId trial) const {
    const double loss = *members_.find(trial)->loss;
    Numbers numbers = {{"rank", static_cast<double>(rank(trial) + 1)},
                       {"n", static_cast<double>(population_.size())},
                       {"quantile", static_cast<double>(quantile_size())}};
    if (std::isfinite(loss)) {
      numbers.emplace(numbers.begin(), "value", reading_.value(loss));
    }
    return numbers;
  }

  Reading reading_;
  std::uint64_t seed_;
  double interval_;
  double burn_in_;
  double fraction_;
  bool synch_;
  double next_sync_;
  Explorer explorer_;
  PerTrial<Member> members_;
  RankedSet<Standing> population_;              // unfinished trials with a score
  std::set<std::pair<double, TrialId>> ready_;  // paused by us, least trained first
  std::set<TrialId> barrier_;                   // synch: paused until all are
};

// Names in option `parameters` that are no explorable parameter of the space.
Result<> check_names(const CompiledSpace& space, const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const Axis& axis : space.axes()) {
    if (!axis.grid) {
      known.push_back(space.parameters()[axis.parameter].name);
    }
  }
  if (known.empty()) {
    return Error{ErrorCode::invalid_argument,
                 "scheduler 'pbt' has nothing to explore: the space has no parameter besides grids "
                 "and constants; add one, or take another scheduler"};
  }
  std::vector<std::string> problems;
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      problems.push_back("option parameters of scheduler 'pbt': " +
                         unknown_name("parameter", name, known));
    }
  }
  return problems.empty() ? Result<>() : Error{ErrorCode::invalid_argument, join(problems, "\n")};
}

Result<std::unique_ptr<TrialScheduler>> make(const PluginContext& context) {
  auto factors = parse_factors(context.options.text("perturbation_factors"));
  if (!factors) {
    return factors.error();
  }
  const auto names = parse_names(context.options.find("parameters"));
  if (context.space != nullptr) {
    if (const auto checked = check_names(*context.space, names); !checked) {
      return checked.error();
    }
  }
  Explorer explorer({.resample_probability = context.options.number("resample_probability"),
                     .factors = std::move(*factors),
                     .parameters = names});
  return std::unique_ptr<TrialScheduler>(std::make_unique<Pbt>(context, std::move(explorer)));
}

std::vector<OptionSpec> options() {
  return {
      time_attr_option(),
      {.name = "perturbation_interval",
       .default_value = 5.0,
       .meaning = "time between two steps of a trial: more lets changes show, less adapts faster "
                  "and saves more checkpoints",
       .minimum = 1e-9,
       .maximum = 1e15},
      {.name = "burn_in",
       .default_value = 0.0,
       .meaning = "no step before this time",
       .minimum = 0,
       .maximum = 1e15},
      {.name = "quantile_fraction",
       .default_value = 0.25,
       .meaning = "share of the population that is replaced, and that is copied; more is greedier",
       .minimum = 0,
       .maximum = 0.5},
      {.name = "resample_probability",
       .default_value = 0.25,
       .meaning = "chance that a parameter is drawn anew instead of moved; more explores wider",
       .minimum = 0,
       .maximum = 1},
      {.name = "perturbation_factors",
       .type = OptionType::text,
       .default_value = "1.2,0.8",
       .meaning = "numbers are multiplied by one of these"},
      {.name = "parameters",
       .type = OptionType::text,
       .default_value = {},
       .meaning = "names of the parameters to explore, separated by commas; absent: all that are "
                  "not grid parameters"},
      {.name = "synch",
       .type = OptionType::boolean,
       .default_value = false,
       .meaning = "true: all trials meet at each interval before any goes on; repeatable, but "
                  "the slowest sets the pace"}};
}

}  // namespace

SchedulerPlugin scheduler_pbt() {
  return {
      .info = {.summary = "population based training: poor trials copy good ones and vary their "
                          "configuration",
               .paper = "Jaderberg et al., Population based training of neural networks, 2017",
               .options = options()},
      .needs_checkpoints = true,
      .make = make};
}

}  // namespace luthier

#include "schedulers/population/population_training.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "base/text.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

constexpr std::size_t kDonorsTried = 16;  // a bound on the work of one decision

bool is_waiting(const ExperimentView& view, TrialId trial) {
  return view.state(trial) == TrialState::paused && view.can_run(trial);
}

}  // namespace

PopulationTraining::PopulationTraining(const PluginContext& context,
                                       std::unique_ptr<Exploration> exploration)
    : reading_(context),
      seed_(context.seed),
      options_(population_options(context.options)),
      next_sync_(std::max(options_.interval, options_.burn_in)),
      exploration_(std::move(exploration)) {}

Decision PopulationTraining::on_result(const ExperimentView& view,
                                       TrialId trial,
                                       const TrialResult& result) {
  const auto time = reading_.time(result);
  if (!time) {
    return {.reason = "no time yet"};
  }
  if (!reading_.has_loss(result)) {
    return {.reason = "no metric yet"};
  }
  Member& m = members_[trial];
  m.last_step = std::min(m.last_step, *time);  // smaller after a restart: count from here
  if (*time < options_.burn_in) {
    return {.reason = "burn-in"};
  }
  if (options_.synch ? *time < next_sync_ : *time - m.last_step < options_.interval) {
    return {.reason = "between steps"};
  }
  score(trial, reading_.loss(result));
  exploration_->on_step(view, trial, *time, *m.loss);
  m.last_step = m.last_time = *time;
  return options_.synch ? wait_for_all(trial, *time) : step(view, trial, *time);
}

std::optional<Choice> PopulationTraining::choose_trial_to_run(const ExperimentView& view) const {
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

void PopulationTraining::on_choice(const ExperimentView& view, const Choice& choice) {
  Member& m = members_[choice.trial];
  const bool was_paused = view.state(choice.trial) == TrialState::paused;
  if (was_paused && barrier_.contains(choice.trial)) {
    synchronise(view);
  }
  if (choice.checkpoint && m.exploit) {
    const Member& donor = members_[m.exploit->donor];
    m.last_step = donor.last_step;
    m.last_time = donor.last_time;
    m.saved = false;
    exploration_->on_copy(view,
                          choice.trial,
                          m.exploit->donor,
                          choice.config ? *choice.config : view.config(choice.trial));
  }
  // A pending trial (its attempt was lost while it paused) may report its last iteration again,
  // get the stored decision and wait as before: it keeps its place.
  if (was_paused || choice.checkpoint) {
    m.exploit.reset();
    unready(choice.trial);
  }
}

void PopulationTraining::on_trial_ended(const ExperimentView& /*view*/, TrialId trial) {
  Member& m = members_[trial];
  if (m.loss) {
    population_.erase({*m.loss, trial});
  }
  unready(trial);
  barrier_.erase(trial);
  exploration_->on_ended(trial);
  m = {.steps = m.steps};
}

void PopulationTraining::score(TrialId trial, double loss) {
  Member& m = members_[trial];
  if (m.loss) {
    population_.erase({*m.loss, trial});
  }
  m.loss = loss;
  population_.insert({loss, trial});
}

std::size_t PopulationTraining::quantile_size() const {
  const std::size_t n = population_.size();
  const double k = std::ceil(static_cast<double>(n) * options_.quantile_fraction);
  return n <= 1 ? 0 : std::min(static_cast<std::size_t>(k), n / 2);
}
std::size_t PopulationTraining::rank(TrialId trial) const {
  return population_.rank({*members_.find(trial)->loss, trial});
}
bool PopulationTraining::is_lower(TrialId trial) const {
  return rank(trial) >= population_.size() - quantile_size();
}

// A trial of the upper quantile to clone; nothing when none of them has a checkpoint of its last
// step.
std::optional<PopulationTraining::Exploit> PopulationTraining::draw_donor(
    const ExperimentView& view, TrialId trial) const {
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
    if (members_.find(donor)->saved && view.checkpoint(donor)) {
      return Exploit{donor, draw};
    }
  }
  return std::nullopt;
}

Decision PopulationTraining::step(const ExperimentView& view, TrialId trial, double time) {
  const std::size_t k = quantile_size();
  const std::string place = place_of(trial, time);
  const bool lower = k > 0 && is_lower(trial);
  Member& m = members_[trial];
  m.saved = false;
  if (lower) {
    m.exploit = draw_donor(view, trial);
    ++m.steps;
    if (m.exploit) {
      ready(trial);
      Numbers numbers = numbers_of(trial);
      numbers.emplace_back("donor", static_cast<double>(m.exploit->donor.value));
      return {.kind = DecisionKind::pause,
              .reason = formatted("{}, in the lower quantile: goes on as a copy of trial {}",
                                  place,
                                  to_text(m.exploit->donor)),
              .numbers = std::move(numbers),
              .save = false};
    }
  }
  if (view.first_pending() || view.first_paused() || view.more_trials()) {
    ready(trial);
    m.saved = true;
    return {.kind = DecisionKind::pause,
            .reason = place + "; gives its slot to a trial that waits",
            .numbers = numbers_of(trial)};
  }
  if (lower) {
    return {.reason = place +
                      ", in the lower quantile, but no donor has a checkpoint of its last "
                      "step",
            .numbers = numbers_of(trial)};
  }
  if (rank(trial) < k) {
    m.saved = true;
    return {.kind = DecisionKind::checkpoint,
            .reason = place + ", in the upper quantile: saved for others to copy",
            .numbers = numbers_of(trial)};
  }
  return {.reason = place, .numbers = numbers_of(trial)};
}

Decision PopulationTraining::wait_for_all(TrialId trial, double time) {
  unready(trial);
  barrier_.insert(trial);
  members_[trial].saved = true;
  return {.kind = DecisionKind::pause,
          .reason = place_of(trial, time) + "; waits for the others",
          .numbers = numbers_of(trial)};
}

// synch, when nothing runs or comes any more: on_choice then ranks everybody.
std::optional<Choice> PopulationTraining::choose_at_barrier(const ExperimentView& view) const {
  for (const TrialId trial : barrier_) {
    if (is_waiting(view, trial)) {
      return resume(view, trial, is_lower(trial) ? draw_donor(view, trial) : std::nullopt);
    }
  }
  return std::nullopt;
}

void PopulationTraining::synchronise(const ExperimentView& view) {
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
  next_sync_ = std::max(next_sync_ + options_.interval, furthest);
}

void PopulationTraining::ready(TrialId trial) {
  unready(trial);
  Member& m = members_[trial];
  m.ready_at = m.last_time;
  ready_.insert({m.last_time, trial});
}
void PopulationTraining::unready(TrialId trial) {
  Member& m = members_[trial];
  if (m.ready_at) {
    ready_.erase({*m.ready_at, trial});
    m.ready_at.reset();
  }
}

Choice PopulationTraining::resume(const ExperimentView& view,
                                  TrialId trial,
                                  const std::optional<Exploit>& exploit) const {
  return exploit ? exploit_choice(view, trial, *exploit)
                 : Choice{.trial = trial,
                          .reason = "least trained of those that wait",
                          .numbers = numbers_of(trial)};
}

Choice PopulationTraining::exploit_choice(const ExperimentView& view,
                                          TrialId trial,
                                          const Exploit& exploit) const {
  const auto checkpoint = view.checkpoint(exploit.donor);
  const std::string donor = "trial " + to_text(exploit.donor);
  if (!checkpoint) {
    return {.trial = trial,
            .reason = donor + " has no checkpoint any more: goes on from its own",
            .numbers = {{"donor", static_cast<double>(exploit.donor.value)}}};
  }
  auto explored = exploration_->explore(view, trial, exploit.donor, exploit.draw);
  const std::int64_t iteration = view.checkpoint_iteration(*checkpoint);
  return {
      .trial = trial,
      .config = std::move(explored.config),
      .checkpoint = checkpoint,
      .reason = formatted("copies {} at iteration {}, with {}", donor, iteration, explored.changes),
      .numbers = {{"donor", static_cast<double>(exploit.donor.value)},
                  {"donor_iteration", static_cast<double>(iteration)}}};
}

std::string PopulationTraining::place_of(TrialId trial, double time) const {
  return reading_.show(*members_.find(trial)->loss) + " is number " +
         std::to_string(rank(trial) + 1) + " of " + std::to_string(population_.size()) + " at " +
         reading_.show_time(time);
}
Numbers PopulationTraining::numbers_of(TrialId trial) const {
  const double loss = *members_.find(trial)->loss;
  Numbers numbers = {{"rank", static_cast<double>(rank(trial) + 1)},
                     {"n", static_cast<double>(population_.size())},
                     {"quantile", static_cast<double>(quantile_size())}};
  if (std::isfinite(loss)) {
    numbers.emplace(numbers.begin(), "value", reading_.value(loss));
  }
  return numbers;
}

}  // namespace luthier

#include "support/scheduler_stage.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace luthier {

SchedulerStage::SchedulerStage(std::unique_ptr<TrialScheduler> scheduler, StageOptions options)
    : scheduler_(std::move(scheduler)),
      options_(std::move(options)),
      rng_(options_.seed, "stage"),
      samples_left_(options_.samples) {
  if (!options_.curve) {
    options_.curve = [seed = options_.seed](TrialId trial, const Config&, int) {
      return Rng(seed, "curve", static_cast<std::uint64_t>(trial.value)).uniform();
    };
  }
}

const CompiledSpace& SchedulerStage::space() const {
  LUTHIER_CHECK(options_.space != nullptr, "this test declared no space");
  return *options_.space;
}

std::int64_t SchedulerStage::checkpoint_iteration(CheckpointId checkpoint) const {
  return checkpoints_[static_cast<std::size_t>(checkpoint.value - 1)];
}

bool SchedulerStage::can_run(TrialId trial) const {
  ++looks_;
  const StageTrial& t = get(trial);
  return (t.state == TrialState::pending || t.state == TrialState::paused) && !t.held;
}

std::set<TrialId>* SchedulerStage::waiting_in(TrialState state) {
  return state == TrialState::pending  ? &waiting_[0]
         : state == TrialState::paused ? &waiting_[1]
                                       : nullptr;
}
std::optional<TrialId> SchedulerStage::first_in(const std::set<TrialId>& waiting) const {
  const auto found = std::ranges::find_if(waiting, [&](TrialId trial) { return can_run(trial); });
  return found == waiting.end() ? std::nullopt : std::optional(*found);
}
std::optional<TrialId> SchedulerStage::first_pending() const {
  return first_in(waiting_[0]);
}
std::optional<TrialId> SchedulerStage::first_paused() const {
  return first_in(waiting_[1]);
}

void SchedulerStage::set_state(TrialId trial, TrialState state) {
  StageTrial& t = at(trial);
  const auto count = [&](int by) {
    running_ += t.state == TrialState::running ? by : 0;
    pending_ += t.state == TrialState::pending ? by : 0;
    paused_ += t.state == TrialState::paused ? by : 0;
  };
  if (t.state == TrialState::running) {
    std::erase(active_, trial);
  }
  count(-1);
  if (auto* waiting = waiting_in(t.state)) {
    waiting->erase(trial);
  }
  t.state = state;
  if (auto* waiting = waiting_in(state)) {
    waiting->insert(trial);
  }
  count(1);
  if (state == TrialState::running) {
    active_.push_back(trial);
  }
}

TrialId SchedulerStage::add_trial() {
  const TrialId trial{trial_count()};
  StageTrial& t = trials_.emplace_back();
  ++pending_;
  waiting_[0].insert(trial);
  --samples_left_;
  if (options_.space != nullptr) {
    Rng rng(options_.seed, "space", static_cast<std::uint64_t>(trial.value));
    t.config =
        options_.space
            ->sample(rng, static_cast<std::uint64_t>(trial.value) % options_.space->grid_size())
            .value();
  }
  scheduler_->on_trial_added(*this, trial);
  return trial;
}

void SchedulerStage::fill() {
  while (running_ < options_.jobs) {
    if (++steps_ > options_.step_limit) {
      return;
    }
    ++questions_;
    const auto choice = scheduler_->choose_trial_to_run(*this);
    if (scheduler_->choose_trial_to_run(*this) != choice) {
      breach(choice ? choice->trial : TrialId{-1}, "asked twice, it chooses differently");
    }
    if (choice) {
      accept(*choice);
    } else if (more_trials()) {
      add_trial();
    } else {
      return;
    }
  }
}

void SchedulerStage::accept(const Choice& choice) {
  const TrialId trial = choice.trial;
  if (!can_run(trial)) {
    breach(trial, "chosen although it cannot run");
  }
  if (choice.reason.empty()) {
    breach(trial, "chosen without a reason");
  }
  if (choice.kind == ChoiceKind::stop && state(trial) != TrialState::paused) {
    breach(trial, "ended by a choice although it is not paused");
  }
  choices_.push_back(choice);
  scheduler_->on_choice(*this, choice);
  if (choice.kind == ChoiceKind::stop) {
    end(trial, choice.completes ? TrialState::completed : TrialState::stopped);
    return;
  }
  StageTrial& t = at(trial);
  if (choice.config) {
    t.config = *choice.config;
  }
  if (choice.checkpoint) {
    t.checkpoint = choice.checkpoint;
  }
  t.iteration = t.checkpoint ? checkpoint_iteration(*t.checkpoint) : 0;
  ++t.attempts;
  set_state(trial, TrialState::running);
}

void SchedulerStage::save(TrialId trial) {
  if (options_.can_save) {
    checkpoints_.push_back(get(trial).iteration);
    at(trial).checkpoint = CheckpointId{static_cast<std::int64_t>(checkpoints_.size())};
  }
}

Decision SchedulerStage::report(TrialId trial, std::int64_t iteration, const Metrics& metrics) {
  at(trial).iteration = iteration;
  at(trial).furthest = std::max(at(trial).furthest, iteration);
  ++questions_;
  Decision decision = scheduler_->on_result(
      *this,
      trial,
      {.training_iteration = iteration,
       .metrics = metrics,
       .time = steps_,
       .excess = options_.judge ? options_.judge(trial, metrics) : std::vector<double>()});
  if (decision.reason.empty()) {
    breach(trial, "a decision without a reason");
  }
  for (const auto& [name, number] : decision.numbers) {
    if (!std::isfinite(number)) {
      breach(trial, "a decision's number " + name + " is not finite");
    }
  }
  StageTrial& t = at(trial);
  t.decisions.push_back(decision);
  switch (decision.kind) {
    case DecisionKind::proceed:
      break;
    case DecisionKind::checkpoint:
      save(trial);
      break;
    case DecisionKind::pause:
      t.saving = true;
      if (decision.save) {
        save(trial);
      }
      break;
    case DecisionKind::stop:
      end(trial, decision.completes ? TrialState::completed : TrialState::stopped);
      break;
  }
  return decision;
}

void SchedulerStage::finish_pause(TrialId trial) {
  at(trial).saving = false;
  set_state(trial, TrialState::paused);
}

void SchedulerStage::end(TrialId trial, TrialState state) {
  at(trial).saving = false;
  set_state(trial, state);
  scheduler_->on_trial_ended(*this, trial);
}

void SchedulerStage::fail(TrialId trial) {
  if (at(trial).attempts > options_.retries) {
    end(trial, TrialState::failed);
  } else {
    at(trial).saving = false;
    set_state(trial, TrialState::pending);
  }
}

void SchedulerStage::step(TrialId trial) {
  StageTrial& t = at(trial);
  if (options_.failure_probability > 0 && rng_.uniform() < options_.failure_probability &&
      !t.saving) {
    fail(trial);
  } else if (t.saving) {
    finish_pause(trial);
  } else if (t.iteration >= options_.end_iteration) {
    end(trial, TrialState::completed);
  } else {
    const std::int64_t jump =
        1 +
        static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(options_.largest_jump)));
    const std::int64_t iteration =
        std::min<std::int64_t>(t.iteration + jump, options_.end_iteration);
    double value = options_.curve(trial, t.config, static_cast<int>(iteration));
    if (options_.nan_probability > 0 && rng_.uniform() < options_.nan_probability) {
      value = std::nan("");
    }
    Metrics metrics = {{options_.objectives.front().metric, value}};
    Rng further(options_.seed, "further objectives", static_cast<std::uint64_t>(trial.value));
    for (std::size_t i = 1; i < options_.objectives.size(); ++i) {
      const double drawn = further.uniform();
      metrics.set(options_.objectives[i].metric,
                  options_.further_curve ? options_.further_curve(trial, i) : drawn);
    }
    report(trial, iteration, metrics);
  }
}

bool SchedulerStage::run() {
  while (steps_ <= options_.step_limit) {
    fill();
    if (active_.empty()) {
      break;
    }
    ++steps_;
    step(active_[options_.one_by_one ? 0 : rng_.below(active_.size())]);
  }
  if (steps_ > options_.step_limit) {
    return false;
  }
  for (std::int64_t i = 0; i < trial_count(); ++i) {
    if (state({i}) == TrialState::paused) {
      at({i}).abandoned = true;
      end({i}, TrialState::stopped);
    }
  }
  return std::ranges::all_of(trials_, [](const StageTrial& t) { return is_ended(t.state); });
}

void SchedulerStage::breach(TrialId trial, const std::string& what) {
  breaches_.push_back("trial " + to_text(trial) + ": " + what);
}

std::string SchedulerStage::transcript() const {
  std::string text;
  const auto numbers = [&](const Numbers& list) {
    for (const auto& [name, number] : list) {
      text += " " + name + "=" + to_text(Value(number));
    }
  };
  for (const Choice& choice : choices_) {
    text += to_text(choice.trial) + (choice.kind == ChoiceKind::run ? " run " : " end ") +
            choice.reason;
    numbers(choice.numbers);
    text += choice.config ? " " + to_json(*choice.config) + "\n" : "\n";
  }
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    text += "trial " + std::to_string(i) + " " + std::string(to_text(trials_[i].state)) + "\n";
    for (const Decision& decision : trials_[i].decisions) {
      text += std::string(to_text(decision.kind)) + ": " + decision.reason;
      numbers(decision.numbers);
      text += "\n";
    }
  }
  return text;
}

Result<std::unique_ptr<TrialScheduler>> try_make_scheduler(std::string_view name,
                                                           const NamedValues& options,
                                                           const StageOptions& stage) {
  for (const SchedulerRow& row : builtin_schedulers()) {
    if (row.name == name) {
      const SchedulerPlugin plugin = row.plugin();
      auto resolved =
          resolve_options("scheduler '" + std::string(name) + "'", plugin.info.options, options);
      if (!resolved) {
        return resolved.error();
      }
      return plugin.make({.options = *resolved,
                          .objectives = stage.objectives,
                          .seed = stage.seed,
                          .space = stage.space});
    }
  }
  return Error{ErrorCode::not_found, "no scheduler '" + std::string(name) + "'"};
}

std::unique_ptr<TrialScheduler> make_scheduler(std::string_view name,
                                               const NamedValues& options,
                                               const StageOptions& stage) {
  return std::move(try_make_scheduler(name, options, stage)).value();
}

}  // namespace luthier

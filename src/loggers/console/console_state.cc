#include "loggers/console/console_state.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/terminal_text.h"
#include "core/state/ranked_loss.h"

namespace luthier {
namespace {

const std::string kNothing;

std::string without_digits(const std::string& message) {
  std::string out;
  for (const char c : message) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit || !out.ends_with('#')) {
      out += digit ? '#' : c;
    }
  }
  return out;
}

double seconds_between(TimePoint from, TimePoint to) {
  return static_cast<double>(std::max<TimePoint>(to - from, 0)) / 1e6;
}

// Parameters of a trial: a person can read so many; `luthier best` prints them all.
constexpr std::size_t kMostShown = 20;

}  // namespace

ConsoleSubject subject_of(const ExperimentSpec& spec, std::string logs_command) {
  auto requirements = Requirements::make(spec);
  return {.name = spec.name,
          .objectives = spec.objectives,
          .parameters = spec.space.parameters(),
          .samples = spec.samples,
          .time_budget_s = spec.time_budget_s,
          .score = spec.score,
          .requirements = requirements ? *std::move(requirements) : Requirements(),
          .logs_command = std::move(logs_command)};
}

ConsoleState::ConsoleState(ConsoleSubject subject)
    : subject_(std::move(subject)),
      watch_(subject_.requirements),
      best_(subject_.objectives.size()) {
  if (subject_.score.kind == Score::Kind::last || subject_.score.kind == Score::Kind::mean) {
    ranking_.emplace(subject_.score, subject_.objectives);
  }
  for (const Parameter& parameter : subject_.parameters) {
    if (parameter.domain.kind == DomainKind::constant) {
      hidden_.insert(parameter.name);
    } else if (parameter.domain.kind == DomainKind::grid) {
      cells_ *= static_cast<std::int64_t>(parameter.domain.values.size());
    }
  }
}

std::optional<ConsoleState::Failure> ConsoleState::apply(const Event& event) {
  std::visit([&](const auto& body) { on(body, event.time); }, event.body);
  return std::exchange(failure_, std::nullopt);
}

std::int64_t ConsoleState::ended() const {
  return count(TrialState::completed) + count(TrialState::stopped) + count(TrialState::failed);
}

std::optional<std::int64_t> ConsoleState::total() const {
  if (subject_.samples <= 0) {
    return std::nullopt;
  }
  return std::max(subject_.samples * cells_, static_cast<std::int64_t>(states_.size()));
}

const std::string& ConsoleState::parameters(TrialId trial) const {
  const auto found = parameters_.find(trial);
  return found == parameters_.end() ? kNothing : found->second;
}

double ConsoleState::elapsed_s(TimePoint now) const {
  return seconds_between(started_, now);
}

std::optional<double> ConsoleState::left_s(TimePoint now) const {
  std::optional<double> left;
  const double elapsed = elapsed_s(now);
  const std::int64_t ended_here = ended() - ended_before_;
  if (const auto all = total(); all && ended_here > 0) {
    left = elapsed / static_cast<double>(ended_here) * static_cast<double>(*all - ended());
  }
  if (subject_.time_budget_s > 0) {
    const double budget = std::max(subject_.time_budget_s - elapsed, 0.0);
    left = std::min(left.value_or(budget), budget);
  }
  return left;
}

void ConsoleState::on(const ControllerStarted& started, TimePoint time) {
  jobs_ = started.jobs;
  started_ = time;
  ended_before_ = ended();
  seen_failures_.clear();
  failed_attempts_ = 0;
  failures_returned_ = 0;
  stopped_.reset();
}

void ConsoleState::on(const TrialAdded& added, TimePoint) {
  const auto needed = static_cast<std::size_t>(added.trial.value) + 1;
  if (states_.size() < needed) {
    ++counts_[0];  // numbers before the first are of known results, which did not run here
    states_.resize(needed, TrialState::pending);
  }
  learn(added.trial, added.config);
}

void ConsoleState::on(const TrialChosen& chosen, TimePoint) {
  if (chosen.choice.config) {
    parameters_[chosen.choice.trial] = text_of(*chosen.choice.config);
  }
  watch_.on(chosen);
}

void ConsoleState::on(const AttemptStarted& started, TimePoint time) {
  set_state(started.trial, TrialState::running);
  watch_.on(started);
  if (ranking_) {
    ranking_->on_attempt(started);
  }
  running_[started.trial] = {.attempt = started.attempt,
                             .iteration = started.base_iteration,
                             .value = std::nullopt,
                             .started = time};
}

void ConsoleState::on(const ResultReported& result, TimePoint) {
  if (const auto row = running_.find(result.trial); row != running_.end()) {
    row->second.iteration = result.training_iteration;
    if (!subject_.objectives.empty()) {
      const Value* value = result.metrics.find(subject_.objectives.front().metric);
      row->second.value = value ? value->number() : std::nullopt;
    }
  }
  rank(result);
}

void ConsoleState::rank(const ResultReported& result) {
  const std::vector<double> excess = watch_.take(result);
  const bool is_feasible = violation_of(excess) == 0;
  if (ranking_) {
    ranking_->on_result(result, parameters(result.trial), excess);
  }
  for (std::size_t i = 0; i < best_.size(); ++i) {
    const Objective& objective = subject_.objectives[i];
    const double sign = objective.mode == Mode::min ? 1 : -1;
    const double to_beat =
        best_[i] ? sign * best_[i]->value : std::numeric_limits<double>::infinity();
    auto now = best_[i];
    if (ranking_) {
      now = ranking_->best(i);
    } else if (const double loss = loss_of(objective, result.metrics);
               is_feasible && loss < to_beat) {
      now = {result.trial, result.training_iteration, sign * loss, parameters(result.trial)};
    }
    improvements_ += now && sign * now->value < to_beat ? 1 : 0;
    best_[i] = std::move(now);
  }
}

void ConsoleState::on(const AttemptEnded& ended, TimePoint) {
  running_.erase(ended.trial);
  if (ended.outcome != Outcome::failed && ended.outcome != Outcome::timed_out) {
    return;
  }
  failing_ = ended.trial;
  fail(ended.trial, ended.attempt, ended.message);
}

void ConsoleState::fail(TrialId trial, std::int64_t attempt, const std::string& message) {
  ++failed_attempts_;
  if (seen_failures_.size() < kFailuresShown &&
      seen_failures_.insert(without_digits(message)).second) {
    ++failures_returned_;
    failure_ = {trial, attempt, message};
  }
}

void ConsoleState::on(const TrialPaused& paused, TimePoint) {
  set_state(paused.trial, TrialState::paused);
}

void ConsoleState::on(const TrialRequeued& requeued, TimePoint) {
  failing_.reset();
  set_state(requeued.trial, TrialState::pending);
}

void ConsoleState::on(const TrialEnded& ended, TimePoint) {
  if (ended.state == TrialState::failed && failing_ != ended.trial) {
    fail(ended.trial, 0, ended.reason);
  }
  failing_.reset();
  if (ended.state == TrialState::stopped) {
    stops_.push_front({ended.trial, ended.reason});
    stops_.resize(std::min(stops_.size(), kStopsKept));
  }
  set_state(ended.trial, ended.state);
  parameters_.erase(ended.trial);
  watch_.on(ended);
}

void ConsoleState::on(const LimitsChanged& limits, TimePoint) {
  subject_.samples = limits.samples;
  subject_.time_budget_s = limits.time_budget_s;
}

void ConsoleState::on(const ControllerStopped& stopped, TimePoint) {
  stopped_ = stopped;
}

void ConsoleState::set_state(TrialId trial, TrialState state) {
  const auto index = static_cast<std::size_t>(trial.value);
  if (index < states_.size()) {
    --counts_[static_cast<std::size_t>(states_[index])];
    states_[index] = state;
    ++counts_[static_cast<std::size_t>(state)];
  }
  if (state != TrialState::running) {
    running_.erase(trial);
  }
}

std::string ConsoleState::text_of(const Config& config) const {
  std::string out;
  std::size_t shown = 0;
  for (const auto& [name, value] : config) {
    if (!hidden_.contains(name) && shown++ < kMostShown) {
      const auto* number = std::get_if<double>(&value.data());
      out += out.empty() ? "" : " ";
      out += printable(name) + '=';
      out += number ? short_number(*number) : printable(to_text(value));
    }
  }
  return shown > kMostShown ? out + formatted(" and {} more", shown - kMostShown) : out;
}

}  // namespace luthier

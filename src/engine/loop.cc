#include "engine/loop.h"

#include <algorithm>
#include <utility>

#include "base/try.h"

namespace luthier {
namespace {

// The first step of a large cluster starts a hundred thousand trials; what it took is not kept.
template <class T>
void clear(std::vector<T>& batch) {
  constexpr std::size_t kKept = 16384;
  if (batch.capacity() > kKept) {
    batch = std::vector<T>();
  }
  batch.clear();
}

}  // namespace

Engine::Engine(ExperimentState& state,
               Advisors& advisors,
               const Rules& rules,
               PlannerOptions options,
               EnginePorts ports)
    : state_(state),
      advisors_(advisors),
      ports_(std::move(ports)),
      planner_(state, advisors, rules, std::move(options)) {
  planner_.set_time(ports_.clock.now());
}

Result<> Engine::open() {
  const Sequence last = state_.sequence() - static_cast<Sequence>(planner_.events().size());
  const auto read = [this](Sequence first, const std::function<bool(const Event&)>& receive) {
    return ports_.store.read_from(first, receive);
  };
  for (Logger* logger : ports_.loggers) {
    LUTHIER_TRY(logger->on_open(state_, last, read));
  }
  planner_.begin(ports_.host, ports_.pid, ports_.executor.survivors());
  planner_.schedule();
  return commit();
}

void Engine::close() {
  for (Logger* logger : ports_.loggers) {
    logger->on_close(state_);
  }
}

Result<> Engine::run() {
  auto going = open();
  while (going && !crashed_ && !planner_.left()) {
    going = pump(kNever);
  }
  if (!crashed_) {
    close();
  }
  return going;
}

TimePoint Engine::deadline(TimePoint now) const {
  TimePoint next = planner_.next_timer();
  if (ports_.idle_interval > 0) {
    next = std::min(next, std::max(next_idle_, now));
  }
  return next;
}

Result<> Engine::pump(TimePoint until) {
  const auto happened = ports_.executor.next_events(std::min(until, deadline(ports_.clock.now())));
  const TimePoint now = ports_.clock.now();
  planner_.set_time(now);
  for (const ExecutorEvent& event : happened) {
    planner_.on_executor_event(event);
    planner_.schedule();
  }
  take_interrupts();
  if (!planner_.left() && planner_.next_timer() <= now) {
    planner_.on_timers();
    planner_.schedule();
  }
  const bool idle_due = ports_.idle_interval > 0 && now >= next_idle_;
  if (idle_due) {
    take_requests();
    planner_.beat();
  }
  auto committed = commit();
  if (idle_due && committed) {
    idle(now);
  }
  return committed;
}

void Engine::take_interrupts() {
  const int seen = ports_.interrupts ? ports_.interrupts->load() : 0;
  if (seen == interrupts_seen_ || planner_.left()) {
    return;
  }
  interrupts_seen_ = seen;
  const std::string_view signal = ports_.interrupted_by ? ports_.interrupted_by() : "Ctrl-C";
  if (const std::string answer = planner_.answer_interrupt(signal); !answer.empty() && ports_.say) {
    ports_.say(answer);
  }
  planner_.leave("interrupted");
  if (seen >= 2) {
    planner_.leave_now();
  } else {
    planner_.schedule();
  }
}

void Engine::take_requests() {
  if (!ports_.requests || planner_.left()) {
    return;
  }
  for (const ControlRequest& request : ports_.requests()) {
    answers_.emplace_back(request, planner_.on_control(request));
    planner_.schedule();
  }
}

void Engine::answer_requests() {
  for (const auto& [request, taken] : answers_) {
    if (ports_.answer) {
      ports_.answer(request, taken);
    }
  }
  answers_.clear();
}

void Engine::idle(TimePoint now) {
  for (Logger* logger : ports_.loggers) {
    logger->on_idle(state_, now);
  }
  if (ports_.on_idle) {
    ports_.on_idle();
  }
  next_idle_ = now + ports_.idle_interval;
}

bool Engine::fault(FaultPoint point) {
  crashed_ = crashed_ || (ports_.fault && ports_.fault(point, state_.sequence()));
  return crashed_;
}

Result<> Engine::commit() {
  auto& events = planner_.events();
  auto& commands = planner_.commands();
  LUTHIER_TRY(advisors_.check());
  if (!events.empty()) {
    if (fault(FaultPoint::before_write)) {
      return {};
    }
    LUTHIER_TRY(ports_.store.append(events));
  }
  if (fault(FaultPoint::after_commit)) {
    return {};
  }
  for (const Command& command : commands) {
    if (const auto* reply = std::get_if<SendReply>(&command)) {
      ports_.executor.reply(reply->id, reply->reply);
    }
  }
  answer_requests();
  if (fault(FaultPoint::after_acknowledge)) {
    return {};
  }
  for (Command& command : commands) {
    perform(command);
  }
  clear(commands);
  if (fault(FaultPoint::after_effect)) {
    return {};
  }
  for (Logger* logger : ports_.loggers) {
    logger->on_events(state_, events);
  }
  clear(events);
  return {};
}

void Engine::perform(Command& command) {
  if (auto* start = std::get_if<StartAttempt>(&command)) {
    if (ports_.trial_directory) {
      start->request.trial_directory = ports_.trial_directory(start->request.id.trial);
    }
    if (!start->restore_directory.empty()) {
      start->request.restore_from = ports_.experiment_directory / start->restore_directory;
    }
    ports_.executor.start(start->request);
  } else if (const auto* interrupt = std::get_if<Interrupt>(&command)) {
    ports_.executor.interrupt(interrupt->id, interrupt->pause, interrupt->save);
  } else if (const auto* remove = std::get_if<RemoveCheckpoint>(&command)) {
    ports_.checkpoints.remove(ports_.experiment_directory / remove->directory);
  }
}

}  // namespace luthier

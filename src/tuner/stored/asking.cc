// Requests to an experiment: to its running controller, or, when none runs, straight into its log.
#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "executors/system_clock.h"
#include "laboratory/simulation/simulation_options.h"
#include "store/experiment_lock.h"
#include "store/sqlite/sqlite_store.h"
#include "tuner/advice.h"
#include "tuner/assembly.h"
#include "tuner/machine/machine.h"
#include "tuner/stored/control_files.h"
#include "tuner/stored/status.h"

namespace luthier {
namespace {

constexpr auto kPatience = std::chrono::seconds(5);

// Appends events to a log that nobody is writing, applying each first.
class OfflineLog {
 public:
  static Result<OfflineLog> open(const std::filesystem::path& directory) {
    OfflineLog log;
    auto state = std::make_unique<ExperimentState>();
    auto store = open_for_writing(
        directory,
        {.receive = [&](const Event& event) { return state->apply(event); },
         .status = [kept = state.get()](auto /*moment*/) { return status_bytes(*kept, true); },
         .trials = [kept = state.get()] { return trial_rows(*kept); }});
    if (!store) {
      return store.error();
    }
    log.store_ = std::move(*store);
    log.state_ = std::move(state);
    if (!log.state_->created()) {
      static_cast<void>(log.close());  // as it was
      return Error{ErrorCode::not_found, never_begun_text(directory)};
    }
    return log;
  }

  const ExperimentState& state() const { return *state_; }

  Result<> add(EventBody body) {
    const Event event{state_->sequence() + 1, now(), std::move(body)};
    if (auto applied = state_->apply(event); !applied) {
      return applied;
    }
    return store_->append({&event, 1});
  }
  Result<> close() { return store_->close(); }

 private:
  // A simulation's time is virtual, and the session of a controller that was killed is still open
  // in the log: what is written now may add no time to either.
  TimePoint now() const {
    const TimePoint last = state_->time();
    const bool open = state_->elapsed_s(last + 1) > state_->elapsed_s(last);
    const bool simulated = state_->spec().executor == kSimulatedExecutor;
    return open || simulated ? last : std::max(clock_.now(), last);
  }

  SystemClock clock_;
  std::unique_ptr<ExperimentState> state_;  // outlives the store, which asks for its status
  std::unique_ptr<EventStore> store_;
};

bool is_simulated(const std::filesystem::path& directory) {
  bool simulated = false;
  const auto read = read_events(directory, 1, [&](const Event& event) {
    if (const auto* created = std::get_if<ExperimentCreated>(&event.body)) {
      const auto spec = parse_experiment_spec(created->spec);
      simulated = spec && spec->executor == kSimulatedExecutor;
    }
    return false;
  });
  return read && simulated;
}

Error refuse(std::string why) {
  return {ErrorCode::invalid_argument, std::move(why)};
}

Result<std::string> stop_experiment(OfflineLog& log,
                                    const std::filesystem::path& directory,
                                    const std::string& who) {
  if (log.state().finished()) {
    return refuse("the experiment has ended already (" + log.state().end_reason() + ")");
  }
  if (const auto added = log.add(ControlRequested{"stop", {-1}, who, ""}); !added) {
    return added.error();
  }
  if (const auto added = log.add(ControllerStopped{true, "stopped by " + who}); !added) {
    return added.error();
  }
  return "stopped; " + way_on("extend", log.state().spec(), directory, "-n N") +
         " would go on with it";
}

// What follows the request in the log of an experiment that is not running.
Result<std::string> ask_trial(OfflineLog& log,
                              const std::string& what,
                              TrialId trial,
                              const std::filesystem::path& directory,
                              const std::string& who) {
  const ExperimentState& state = log.state();
  if (!state.has_trial(trial)) {
    return Error{ErrorCode::not_found,
                 "there is no trial " + to_text(trial) + "; the experiment has " +
                     std::to_string(state.trial_count()) + " trials"};
  }
  const std::string is =
      "trial " + to_text(trial) + " is " + std::string(to_text(state.state(trial)));
  if (is_ended(state.state(trial))) {
    return refuse(is + " already and can't be asked to " + what);
  }
  if (state.state(trial) == TrialState::running) {
    return refuse(is + " in the log, but no controller runs the experiment; first go on with it: " +
                  way_on("resume", state.spec(), directory));
  }
  if (what == "resume" && !state.record(trial).live->held) {
    return refuse(is + " and not paused by a person; there is nothing to resume");
  }
  if (const auto added = log.add(ControlRequested{what, trial, who, ""}); !added) {
    return added.error();
  }
  const std::string reason = (what == "stop"    ? "stopped by "
                              : what == "pause" ? "paused by "
                                                : "resumed by ") +
                             who;
  const auto added = what == "stop"    ? log.add(TrialEnded{trial, TrialState::stopped, reason})
                     : what == "pause" ? log.add(TrialPaused{trial, reason, true})
                                       : log.add(TrialRequeued{trial, 0, reason, false});
  if (!added) {
    return added.error();
  }
  const std::string now = what == "stop"    ? " is stopped"
                          : what == "pause" ? " is paused"
                                            : " is not paused any more";
  return "trial " + to_text(trial) + now + "; the experiment itself goes on with " +
         way_on("resume", state.spec(), directory);
}

// What a running controller has begun to do.
std::string begun_text(const std::string& what,
                       std::optional<TrialId> trial,
                       const std::filesystem::path& directory) {
  const std::string name = trial ? "trial " + to_text(*trial) : directory.filename().string();
  if (what == "stop") {
    return name + (trial ? " stops" : " stops, and its running trials with it") +
           "; what was found stays";
  }
  if (what == "resume") {
    return name + " goes on as soon as it has a free slot";
  }
  const std::string number = trial ? std::to_string(trial->value) : "";
  return name +
         (trial ? " pauses: if it is running, it saves and leaves"
                : " pauses: running trials save and leave") +
         "; `" + command_line("resume", directory, number) + "` goes on with it";
}

}  // namespace

Result<std::string> request(const std::filesystem::path& directory,
                            const std::string& what,
                            std::optional<TrialId> trial,
                            const std::string& who) {
  if (ExperimentLock::is_held(directory)) {
    if (is_simulated(directory)) {
      const auto running = holder(directory);
      return Error{ErrorCode::unavailable,
                   "a running simulation takes no requests; end it with Ctrl-C" +
                       (running ? " or kill -INT " + std::to_string(running->pid) : "")};
    }
    ControlRequest asked{.request = what, .trial = trial.value_or(TrialId{-1}), .who = who};
    asked.id = std::to_string(SystemClock().now()) + "-" + std::to_string(process_id());
    const auto answer = ControlFiles(directory).ask(asked, kPatience);
    return answer ? Result<std::string>(begun_text(what, trial, directory)) : answer;
  }
  if (!trial && what != "stop") {
    return refuse("the experiment is not running; there is nothing to " + what);
  }
  auto log = OfflineLog::open(directory);
  if (!log) {
    return log.error();
  }
  auto answer =
      trial ? ask_trial(*log, what, *trial, directory, who) : stop_experiment(*log, directory, who);
  if (const auto closed = log->close(); !closed) {
    return closed.error();
  }
  return answer;
}

}  // namespace luthier

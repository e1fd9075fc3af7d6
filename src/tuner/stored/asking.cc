// Requests to an experiment: to its running controller, or, when none runs, straight into its log.
#include <algorithm>
#include <chrono>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
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
    LUTHIER_TRY(state_->apply(event));
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
    return refuse(formatted("the experiment has ended already ({})", log.state().end_reason()));
  }
  if (const auto added =
          log.add(ControlRequested{std::string(to_text(RequestKind::stop)), {-1}, who, ""});
      !added) {
    return added.error();
  }
  LUTHIER_TRY(log.add(ControllerStopped{true, "stopped by " + who}));
  return formatted("stopped; {} would resume it",
                   way_on("extend", log.state().spec(), directory, "-n N"));
}

// What follows the request in the log of an experiment that is not running.
Result<std::string> ask_trial(OfflineLog& log,
                              RequestKind what,
                              TrialId trial,
                              const std::filesystem::path& directory,
                              const std::string& who) {
  const ExperimentState& state = log.state();
  if (!state.has_trial(trial)) {
    return failure(ErrorCode::not_found,
                   "there is no trial {}; the experiment has {} trials",
                   to_text(trial),
                   state.trial_count());
  }
  const std::string is = formatted("trial {} is {}", to_text(trial), to_text(state.state(trial)));
  if (is_ended(state.state(trial))) {
    return refuse(formatted("{} already and can't be asked to {}", is, to_text(what)));
  }
  if (state.state(trial) == TrialState::running) {
    return refuse(
        formatted("{} in the log, but no controller runs the experiment; resume it first: {}",
                  is,
                  way_on("resume", state.spec(), directory)));
  }
  if (what == RequestKind::resume && !state.record(trial).live->held) {
    return refuse(is + " and not paused by a person; there is nothing to resume");
  }
  LUTHIER_TRY(log.add(ControlRequested{std::string(to_text(what)), trial, who, ""}));
  const std::string reason = (what == RequestKind::stop    ? "stopped by "
                              : what == RequestKind::pause ? "paused by "
                                                           : "resumed by ") +
                             who;
  LUTHIER_TRY(what == RequestKind::stop    ? log.add(TrialEnded{trial, TrialState::stopped, reason})
              : what == RequestKind::pause ? log.add(TrialPaused{trial, reason, true})
                                           : log.add(TrialRequeued{trial, 0, reason, false}));
  const std::string now = what == RequestKind::stop    ? " is stopped"
                          : what == RequestKind::pause ? " is paused"
                                                       : " is not paused any more";
  return "trial " + to_text(trial) + now + "; the experiment itself goes on with " +
         way_on("resume", state.spec(), directory);
}

// What a running controller has begun to do.
std::string begun_text(RequestKind what,
                       std::optional<TrialId> trial,
                       const std::filesystem::path& directory) {
  const std::string name = trial ? "trial " + to_text(*trial) : directory.filename().string();
  if (what == RequestKind::stop) {
    return formatted("{}{}; what was found stays",
                     name,
                     trial ? " stops" : " stops, and its running trials with it");
  }
  if (what == RequestKind::resume) {
    return name + " resumes as soon as a slot is free";
  }
  const std::string number = trial ? std::to_string(trial->value) : "";
  return formatted("{}{}; `{}` resumes it",
                   name,
                   trial ? " pauses: if it is running, it saves and leaves"
                         : " pauses: running trials save and leave",
                   command_line("resume", directory, number));
}

}  // namespace

Result<std::string> request(const std::filesystem::path& directory,
                            RequestKind what,
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
    LUTHIER_TAKE(const auto answer, ControlFiles(directory).ask(asked, kPatience, [&directory] {
      return ExperimentLock::is_held(directory);
    }));
    if (answer) {
      return begun_text(what, trial, directory);
    }
  }
  if (!trial && what != RequestKind::stop) {
    return refuse("the experiment is not running; there is nothing to " +
                  std::string(to_text(what)));
  }
  LUTHIER_TAKE(auto log, OfflineLog::open(directory));
  auto answer =
      trial ? ask_trial(log, what, *trial, directory, who) : stop_experiment(log, directory, who);
  LUTHIER_TRY(log.close());
  return answer;
}

}  // namespace luthier

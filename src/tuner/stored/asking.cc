// Requests to an experiment: to its running controller, or, when none runs, straight into its log.
#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "base/failure.h"
#include "base/format.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "core/value_text.h"
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
                                    const ControlRequest& asked) {
  if (log.state().finished()) {
    return refuse(formatted("the experiment has ended already ({})", log.state().end_reason()));
  }
  LUTHIER_TRY(log.add(
      ControlRequested{std::string(to_text(RequestKind::stop)), {-1}, asked.who, asked.id}));
  LUTHIER_TRY(log.add(ControllerStopped{true, "stopped by " + asked.who}));
  return formatted("stopped; {} would resume it",
                   way_on("extend", log.state().spec(), directory, "-n N"));
}

// What follows the request in the log of an experiment that is not running.
Result<std::string> ask_trial(OfflineLog& log,
                              const std::filesystem::path& directory,
                              const ControlRequest& asked) {
  const ExperimentState& state = log.state();
  const RequestKind what = asked.request;
  const TrialId trial = asked.trial;
  const std::string& who = asked.who;
  if (!state.has_trial(trial)) {
    return failure(ErrorCode::not_found,
                   "there is no trial {}; the experiment has {} trials",
                   to_text(trial),
                   state.trial_count());
  }
  const std::string is = formatted("trial {} is {}", to_text(trial), to_text(state.state(trial)));
  if (is_ended(state.state(trial))) {
    return refuse(ended_already(trial, state.state(trial), what));
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
  LUTHIER_TRY(log.add(ControlRequested{std::string(to_text(what)), trial, who, asked.id}));
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
  return formatted("trial {}{}; the experiment itself goes on with {}",
                   to_text(trial),
                   now,
                   way_on("resume", state.spec(), directory));
}

bool starts_something(RequestKind what) {
  return what == RequestKind::extend || what == RequestKind::retry || what == RequestKind::enqueue;
}

// How much more an experiment was given, in words.
std::string more_text(const ControlRequest& asked) {
  const std::string samples =
      asked.more_samples > 0 ? counted(asked.more_samples, "more sample") : "";
  const std::string time =
      asked.more_time_s > 0 ? format_number(asked.more_time_s) + " s more" : "";
  return samples + (samples.empty() || time.empty() ? "" : " and ") + time;
}

// What a running controller has begun to do. `trial`: what it was about, or what was added.
std::string begun_text(const ControlRequest& asked,
                       TrialId trial,
                       const std::filesystem::path& directory) {
  const bool whole = asked.trial.value < 0;
  const std::string experiment = directory.filename().string();
  const std::string name = whole ? experiment : "trial " + to_text(trial);
  switch (asked.request) {
    case RequestKind::stop:
      return whole ? formatted("stopping {} and its running trials; all results are kept", name)
                   : formatted("stopping {}; its results are kept", name);
    case RequestKind::pause:
      return formatted("pausing {}: {}; `{}` resumes it",
                       name,
                       whole ? "running trials save a checkpoint and exit"
                             : "if it is running, it saves a checkpoint and exits",
                       command_line("resume", directory, request_words(asked)));
    case RequestKind::resume:
      return name + " resumes as soon as a slot is free";
    case RequestKind::extend:
      return formatted("{} continues with {}", experiment, more_text(asked));
    case RequestKind::retry:
      return whole ? formatted("the failed trials of {} run again as soon as slots are free",
                               experiment)
                   : name + " runs again as soon as a slot is free";
    case RequestKind::enqueue:
      return trial.value < 0 ? "the configuration is added; it runs as soon as a slot is free"
                             : formatted("trial {} is added; it runs as soon as a slot is free",
                                         to_text(trial));
  }
  LUTHIER_CHECK(false, "a kind of request");
}

// Nothing: no controller runs the experiment.
Result<std::optional<RequestAnswer>> ask_controller(const std::filesystem::path& directory,
                                                    const ControlRequest& asked) {
  if (!ExperimentLock::is_held(directory)) {
    return std::optional<RequestAnswer>();
  }
  if (is_simulated(directory)) {
    const auto running = holder(directory);
    return Error{ErrorCode::unavailable,
                 "a running simulation takes no requests; end it with Ctrl-C" +
                     (running ? " or kill -INT " + std::to_string(running->pid) : "")};
  }
  LUTHIER_TAKE(const auto trial, ControlFiles(directory).ask(asked, kPatience, [&directory] {
    return ExperimentLock::is_held(directory);
  }));
  return trial ? std::optional(RequestAnswer{begun_text(asked, *trial, directory), *trial})
               : std::nullopt;
}

// Where no controller runs it, what would start one is left to the command.
Result<RequestAnswer> refuse_to_start(const std::filesystem::path& directory,
                                      const ControlRequest& asked) {
  LUTHIER_TAKE(const auto state, read_state(directory));
  if (const auto done = state->requested(asked.id)) {
    return RequestAnswer{begun_text(asked, *done, directory), *done};
  }
  return refuse(
      formatted("{} is not running, and requests start no programs; {} does",
                directory.filename().string(),
                way_on(to_text(asked.request), state->spec(), directory, request_words(asked))));
}

Result<RequestAnswer> write_request(const std::filesystem::path& directory,
                                    const ControlRequest& asked) {
  const bool whole = asked.trial.value < 0;
  if (whole && asked.request != RequestKind::stop) {
    return refuse("the experiment is not running; there is nothing to " +
                  std::string(to_text(asked.request)));
  }
  LUTHIER_TAKE(auto log, OfflineLog::open(directory));
  const bool done = log.state().requested(asked.id).has_value();
  auto answer = done    ? Result<std::string>(begun_text(asked, asked.trial, directory))
                : whole ? stop_experiment(log, directory, asked)
                        : ask_trial(log, directory, asked);
  LUTHIER_TRY(log.close());
  if (!answer) {
    return answer.error();
  }
  return RequestAnswer{*std::move(answer), asked.trial};
}

}  // namespace

std::string request_words(const ControlRequest& asked) {
  std::vector<std::string> words;
  if (asked.trial.value >= 0) {
    words.push_back(std::to_string(asked.trial.value));
  }
  if (asked.more_samples > 0) {
    words.push_back("-n " + std::to_string(asked.more_samples));
  }
  if (asked.more_time_s > 0) {
    words.push_back("--time " + format_number(asked.more_time_s));
  }
  for (const auto& [name, value] : asked.config) {
    words.push_back(shell_word(formatted("{}={}", name, value_text(value))));
  }
  return join(words, " ");
}

Result<RequestAnswer> request(const std::filesystem::path& directory, ControlRequest asked) {
  LUTHIER_TAKE(const std::string unique, random_secret(4));
  asked.file = formatted("{}-{}-{}", SystemClock().now(), process_id(), unique);
  asked.id = asked.id.empty() ? asked.file : asked.id;
  LUTHIER_TAKE(auto answer, ask_controller(directory, asked));
  if (answer) {
    return *std::move(answer);
  }
  return starts_something(asked.request) ? refuse_to_start(directory, asked)
                                         : write_request(directory, asked);
}

std::string to_json(RequestKind request, const RequestAnswer& answer) {
  std::string out;
  JsonWriter(out)
      .object()
      .field("schema", 1)
      .field("request", to_text(request))
      .field("trial", answer.trial.value < 0 ? std::nullopt : std::optional(answer.trial.value))
      .field("answer", answer.sentence)
      .end();
  return out;
}

}  // namespace luthier

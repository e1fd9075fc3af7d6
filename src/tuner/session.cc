#include "tuner/session.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <utility>

#include "base/failure.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "base/try.h"
#include "executors/system_clock.h"
#include "laboratory/simulation/benchmark_workload.h"
#include "laboratory/simulation/simulation_options.h"
#include "loggers/logger_table.h"
#include "store/checkpoint_directories.h"
#include "store/discarding_store.h"
#include "store/files.h"
#include "store/memory_store.h"
#include "store/sqlite/sqlite_store.h"
#include "tuner/advice.h"
#include "tuner/executor_table.h"
#include "tuner/machine/full_disk.h"
#include "tuner/machine/machine.h"
#include "tuner/machine/signals.h"
#include "tuner/needed_files.h"
#include "tuner/other_names.h"
#include "tuner/program_options.h"
#include "tuner/space_extension.h"
#include "tuner/stored/control_files.h"
#include "tuner/stored/recovery.h"
#include "tuner/stored/status.h"

namespace luthier {
namespace {

// A folder of an experiment is one, or not there yet.
Result<> check_folder(const ContainedFiles& files, const char* name) {
  if (const auto status = files.status(name); status && !S_ISDIR(status->st_mode)) {
    errno = S_ISLNK(status->st_mode) ? ELOOP : ENXIO;
    return system_error("use", files.path(name));
  }
  return {};
}

// What helps where a simulated experiment's benchmark is not there; nothing for one that is.
std::string_view benchmark_remedy(const ExperimentSpec& spec) {
  const auto file = benchmark_of(spec);
  if (!file) {
    return "; a benchmark that a program defines exists only in that program";
  }
  std::error_code ignored;
  return std::filesystem::exists(*file, ignored)
             ? ""
             : "; resume it in the directory where it was simulated";
}

// What was declared goes first, then what the executor has, then this machine.
Resources inventory_of(const SessionOptions& session,
                       const Executor& executor,
                       std::int64_t jobs,
                       const SharedGpus& gpus) {
  Resources inventory = session.inventory;
  inventory.gpu = gpus.amount;
  if (const auto there = executor.inventory()) {
    inventory.cpu = inventory.cpu > 0 ? inventory.cpu : there->cpu;
    inventory.gpu = inventory.gpu > 0 ? inventory.gpu : there->gpu;
    inventory.memory_bytes =
        inventory.memory_bytes > 0 ? inventory.memory_bytes : there->memory_bytes;
    inventory.custom.insert(there->custom.begin(), there->custom.end());
  }
  if (inventory.cpu <= 0) {
    inventory.cpu = static_cast<double>(std::max(processor_count(), jobs));
  }
  return inventory;
}

// Of this machine where trials run on it; what was declared elsewhere.
Result<SharedGpus> gpus_of(const SessionOptions& session, const ExperimentSpec& spec) {
  const ExecutorRow* executor = find_executor(spec.executor);
  const bool here = executor != nullptr && executor->shares_gpus;
  return shared_gpus(session.inventory.gpu,
                     here ? visible_gpus(std::getenv("CUDA_VISIBLE_DEVICES")) : std::nullopt);
}

}  // namespace

Session::~Session() {
  InterruptSignals::wake(nullptr);
  if (directories_ != nullptr) {
    directories_->give_up();
  }
  // Threads and processes of trials go first: they use what is below them.
  executor_.reset();
}

Result<std::unique_ptr<Session>> Session::open(std::filesystem::path directory,
                                               SessionTask start,
                                               const PluginRegistry& plugins,
                                               const RunContext& options,
                                               std::unique_ptr<Executor> own_executor) {
  std::unique_ptr<Session> session(new Session());
  session->directory_ = std::move(directory);
  session->executor_ = std::move(own_executor);
  session->handles_signals_ = options.session.handle_signals;
  const bool makes = start.create && !session->directory_.empty();
  std::error_code ignored;
  const bool makes_results =
      makes && !std::filesystem::exists(session->directory_.parent_path(), ignored);
  const auto begun = session->begin(start, plugins, options);
  // Without a store opened here, the directory may be that of someone who was faster.
  if (!begun && makes && (session->store_ || begun.error().code == ErrorCode::io)) {
    session->store_.reset();
    std::filesystem::remove_all(session->directory_, ignored);
    if (makes_results) {
      std::filesystem::remove(session->directory_.parent_path(), ignored);  // if it is empty
    }
  }
  if (!begun && !makes && session->store_) {
    // As it was: a log that is refused for what it says is not left open.
    static_cast<void>(session->store_->close());
    session->tell_the_rest();  // of one that has ended, and whose controller was killed meanwhile
  }
  if (!begun) {
    return begun.error();
  }
  return session;
}

Result<> Session::begin(SessionTask& start,
                        const PluginRegistry& plugins,
                        const RunContext& options) {
  auto opened =
      start.create ? begin_new(start, plugins, options) : take_up(start.spec, plugins, options);
  if (!opened) {
    return opened;
  }
  if (auto made = make_world(start.spec, options); !made) {
    return made;
  }
  if (auto checked = check_start(start); !checked) {
    return checked;
  }
  if (start.extension.space) {
    LUTHIER_TAKE(start.extension.space,
                 checked_space_change(*state_, *start.extension.space, plugins));
  }
  auto gpus = gpus_of(options.session, start.spec);
  if (!gpus) {
    return gpus.error();
  }
  gpus_ = *std::move(gpus);
  if (auto made = make_executor(start.spec, options); !made) {
    return made;
  }
  if (start.create && !start.spec.command.empty()) {
    if (auto recorded = record_templates(start.spec); !recorded) {
      return recorded;
    }
  }
  if (start.create) {
    if (auto made = make_loggers(start.spec, options); !made) {
      return made;
    }
  }
  if (!notifier_ && !directory_.empty()) {
    NotificationLedger(directory_).forget();
  }
  make_engine(options);
  return apply_start(start);
}

Result<> Session::begin_new(const SessionTask& start,
                            const PluginRegistry& plugins,
                            const RunContext& options) {
  state_ = std::make_unique<ExperimentState>();
  state_->expect(start.space);
  if (auto opened = open_store(options, {.create = true}); !opened) {
    return opened;
  }
  auto rules = Rules::make(start.spec);
  auto advisors = plugins.make_advisors(start.spec, start.space);
  if (!rules || !advisors) {
    return rules ? advisors.error() : rules.error();
  }
  rules_ = std::make_unique<Rules>(std::move(*rules));
  advisors_ = std::move(*advisors);
  return {};
}

// Reads the log once: the store checks it, and everything that is made of it is fed meanwhile.
Result<> Session::take_up(ExperimentSpec& spec,
                          const PluginRegistry& plugins,
                          const RunContext& options) {
  Recovery recovery(plugins, ReplayDepth::decisions);
  const auto receive = [&](const Event& event) {
    const bool first = !recovery.begun();
    auto taken = recovery.take(event);
    if (taken && first) {
      taken = make_loggers(recovery.spec(), options);
    }
    for (const auto& logger : loggers_) {
      if (taken) {
        logger->on_stored(recovery.state(), event);
      }
    }
    return taken;
  };
  if (auto opened = open_store(options, {.receive = receive}); !opened) {
    return opened;
  }
  if (!recovery.begun()) {
    return Error{ErrorCode::not_found, never_begun_text(directory_)};
  }
  auto made = std::move(recovery).release();
  spec = std::move(made.spec);
  state_ = std::move(made.state);
  rules_ = std::move(made.rules);
  advisors_ = std::move(made.advisors);
  recovered_ = std::move(made.counts);
  return {};
}

Result<> Session::open_store(const RunContext& options, StoreOptions store_options) {
  if (directory_.empty()) {
    store_ = options.session.keep_log ? make_memory_store() : make_discarding_store();
    return {};
  }
  for (const char* name : {"control", "trials", ".loggers"}) {
    if (auto checked = check_folder(ContainedFiles(directory_), name); !checked) {
      return checked;
    }
  }
  store_options.full_durability = options.session.full_durability;
  store_options.status = [this](StoreOptions::Moment moment) {
    return status_bytes(*state_, moment == StoreOptions::Moment::closing);
  };
  store_options.trials = [this] { return trial_rows(*state_); };
  if (options.session.handle_signals) {
    store_options.wait_for_room =
        patience_with_a_full_disk(InterruptSignals::count(), [](const std::string& sentence) {
          std::fprintf(stderr, "luthier: %s\n", sentence.c_str());
        });
  }
  auto store = open_for_writing(directory_, store_options);
  if (!store) {
    return store.error();
  }
  store_ = std::move(*store);
  return ContainedFiles(directory_).make_directories("control")
             ? Result<>()
             : system_error("make the directory", directory_ / "control");
}

// Time and the place of checkpoints: real ones, or simulated ones with their executor.
Result<> Session::make_world(const ExperimentSpec& spec, const RunContext& options) {
  jobs_ = options.session.jobs > 0 ? options.session.jobs : processor_count();
  if (spec.executor == kSimulatedExecutor) {
    return make_simulated_world(spec, options);
  }
  clock_ = std::make_unique<SystemClock>(state_->time());
  return open_checkpoints(options);
}

Result<> Session::make_simulated_world(const ExperimentSpec& spec, const RunContext& options) {
  auto simulation = parse_simulation_options(spec.executor_options);
  if (!simulation) {
    return simulation.error();
  }
  std::shared_ptr<const Benchmark> benchmark = options.benchmark;
  if (!benchmark) {
    auto opened = open_benchmark(simulation->benchmark, simulation->task);
    if (!opened) {
      return Error{opened.error().code,
                   opened.error().message + std::string(benchmark_remedy(spec))};
    }
    benchmark = std::move(*opened);
  }
  auto clock = std::make_unique<VirtualClock>();
  clock->advance_to(state_->time());
  jobs_ = simulation->workers;
  root_ = directory_.empty() ? "/" : directory_;
  workload_ =
      std::make_unique<BenchmarkWorkload>(std::move(benchmark), simulation->conditions, spec.seed);
  executor_ = std::make_unique<SimulatedExecutor>(
      *clock, *workload_, root_, node_options(*simulation, spec.seed));
  checkpoints_ = std::make_unique<SimulatedCheckpoints>();
  clock_ = std::move(clock);
  return {};
}

Result<> Session::open_checkpoints(const RunContext& options) {
  std::unique_ptr<CheckpointDirectories> directories;
  if (directory_.empty()) {
    auto temporary = CheckpointDirectories::make_temporary();
    if (!temporary) {
      return temporary.error();
    }
    directories = std::move(*temporary);
  } else {
    directories =
        std::make_unique<CheckpointDirectories>(directory_, options.session.full_durability);
    clean_checkpoints(*directories);
  }
  root_ = directories->root();
  directories_ = directories.get();
  checkpoints_ = std::move(directories);
  return {};
}

// Removes what a crash left of checkpoints that were never committed.
void Session::clean_checkpoints(CheckpointDirectories& directories) {
  for (std::int64_t i = 0; i < state_->trial_count(); ++i) {
    const TrialRecord& record = state_->record({i});
    if (!record.live || record.attempts == 0) {
      continue;
    }
    std::set<std::string> keep;
    for (const CheckpointId id : record.checkpoints) {
      keep.insert(
          std::filesystem::path(state_->checkpoints().at(id).directory).filename().string());
    }
    directories.clean({i}, keep);
  }
}

Result<> Session::check_start(const SessionTask& start) const {
  if (start.create) {
    return {};
  }
  if (start.retry) {
    if (start.retry_trial && !state_->has_trial(*start.retry_trial)) {
      return failure(ErrorCode::not_found,
                     "there is no trial {} in {}",
                     to_text(*start.retry_trial),
                     start.spec.name);
    }
    const bool failed = start.retry_trial ? state_->state(*start.retry_trial) == TrialState::failed
                                          : state_->total_failed() > 0;
    if (!failed) {
      return Error{ErrorCode::invalid_argument,
                   start.retry_trial ? formatted("trial {} is {}, not failed",
                                                 to_text(*start.retry_trial),
                                                 to_text(state_->state(*start.retry_trial)))
                                     : formatted("no trial of {} failed; there is nothing to retry",
                                                 start.spec.name)};
    }
    return {};
  }
  if (start.given) {
    const double budget = state_->spec().time_budget_s;
    if (budget > 0 && state_->elapsed_s() >= budget) {
      return failure(ErrorCode::invalid_argument,
                     "{} has used up its time; {}",
                     start.spec.name,
                     way_to_extend());
    }
    return state_->space().check(*start.given);
  }
  const bool extends =
      start.extension.more_samples || start.extension.more_time_s || start.extension.space;
  if (state_->finished() && !extends) {
    return failure(ErrorCode::invalid_argument,
                   "{} has ended ({}); {}",
                   start.spec.name,
                   state_->end_reason(),
                   ways_on());
  }
  return {};
}

// What has run out can be added.
std::string Session::way_to_extend() const {
  const ExperimentSpec& spec = state_->spec();
  const bool all_time = spec.time_budget_s > 0 && state_->elapsed_s() >= spec.time_budget_s;
  const bool all_samples = state_->added_count() >= state_->samples_in_all();
  if (all_time && all_samples) {
    return way_on("extend", spec, directory_, "-n N --time TIME") + " adds samples and time";
  }
  return all_time ? way_on("extend", spec, directory_, "--time TIME") + " adds time"
                  : way_on("extend", spec, directory_, "-n N") + " adds samples";
}

std::string Session::ways_on() const {
  std::string ways = way_to_extend();
  if (state_->total_failed() > 0) {
    ways += formatted(", {} runs failed trials again", way_on("retry", state_->spec(), directory_));
  }
  return ways;
}

Result<> Session::make_executor(const ExperimentSpec& spec, const RunContext& options) {
  if (executor_) {
    return {};
  }
  auto made = luthier::make_executor(spec,
                                     {.session = options.session,
                                      .train = options.train,
                                      .workers = options.workers,
                                      .checkpoints = *checkpoints_,
                                      .clock = *clock_});
  if (!made) {
    return made.error();
  }
  executor_ = std::move(*made);
  if (const auto there = executor_->inventory(); there && options.session.jobs == 0) {
    jobs_ = std::max<std::int64_t>(static_cast<std::int64_t>(there->cpu), 1);
  }
  return {};
}

Result<> Session::make_loggers(const ExperimentSpec& spec, const RunContext& options) {
  for (const std::string& name : spec.loggers) {
    if (directory_.empty() && name != "console") {
      continue;  // a derived file needs a directory
    }
    auto logger = make_logger(name,
                              {.experiment_directory = directory_,
                               .spec = spec,
                               .console = options.console,
                               .logs_command = logs_command(spec, directory_),
                               .warn = [](const std::string& sentence) {
                                 std::fprintf(stderr, "luthier: %s\n", sentence.c_str());
                               }});
    if (!logger) {
      return logger.error();
    }
    loggers_.push_back(std::move(*logger));
    has_console_ = has_console_ || name == "console";
    shows_notes_ = has_console_ && options.console.verbosity > 0;
  }
  loggers_.insert(loggers_.end(), options.own_loggers.begin(), options.own_loggers.end());
  return make_notifier(spec, options);
}

Result<> Session::make_notifier(const ExperimentSpec& spec, const RunContext& options) {
  auto notifier = Notifier::make(options.session.notify, spec, directory_);
  if (!notifier) {
    return notifier.error();
  }
  notifier_ = *std::move(notifier);
  if (notifier_) {
    loggers_.push_back(notifier_);
  }
  return {};
}

// Through the log, where a console shows it: what is written beside a live table is lost.
void Session::pass_on_warning() {
  if (!notifier_ || engine_->left()) {
    return;
  }
  if (const auto warning = notifier_->take_warning()) {
    engine_->planner().note(*warning);
    if (!shows_notes_) {
      std::fprintf(stderr, "luthier: %s\n", printable(*warning).c_str());
    }
  }
}

// Whoever interrupts once more does not want to wait.
void Session::tell_the_rest() {
  if (notifier_) {
    const int seen = std::min(InterruptSignals::count().load(), 1);
    notifier_->finish(
        [this, seen] { return handles_signals_ && InterruptSignals::count() != seen; });
    if (const auto warning = notifier_->take_warning()) {
      std::fprintf(stderr, "luthier: %s\n", printable(*warning).c_str());
    }
  }
}

void Session::make_engine(const RunContext& options) {
  EnginePorts ports{
      .store = *store_, .executor = *executor_, .clock = *clock_, .checkpoints = *checkpoints_};
  for (const auto& logger : loggers_) {
    ports.loggers.push_back(logger.get());
  }
  ports.experiment_directory = root_;
  if (workload_) {
    ports.idle_interval = 0;  // nothing waits for real time
  } else if (!directory_.empty()) {
    const ContainedFiles trials(directory_, "trials");
    // A failure shows as soon as a trial writes there, with a sentence of its own.
    trials.make_directories({});
    const bool made_there = executor_->capabilities().makes_trial_directory;
    ports.trial_directory = [trials, made_there](TrialId trial) {
      if (!made_there) {
        trials.make_directories(to_text(trial));
      }
      return trials.path(to_text(trial));
    };
    ports.requests = [files = ControlFiles(directory_)] { return files.take(); };
    ports.answer = [files = ControlFiles(directory_)](const ControlRequest& request,
                                                      const Result<TrialId>& result) {
      files.answer(request, result);
    };
  }
  if (options.session.handle_signals) {
    ports.interrupts = &InterruptSignals::count();
    ports.interrupted_by = InterruptSignals::name_of_last;
    if (options.console.verbosity == 0 || !has_console_) {
      ports.say = [](const std::string& sentence) {
        std::fprintf(stderr, "luthier: %s\n", sentence.c_str());
      };
    }
    InterruptSignals::wake(executor_.get());
  }
  ports.on_idle = [this, on_idle = options.on_idle] {
    pass_on_warning();
    if (on_idle) {
      on_idle(*this);
    }
  };
  ports.host = host_name();
  ports.pid = process_id();
  PlannerOptions planner{.jobs = jobs_,
                         .inventory = inventory_of(options.session, *executor_, jobs_, gpus_),
                         .gpus = gpus_.names,
                         .beside_claim = executor_->beside_claim(),
                         .experiment_directory = ports.experiment_directory,
                         .stop_if = options.stop_if,
                         .other_names = other_names};
  engine_ =
      std::make_unique<Engine>(*state_, *advisors_, *rules_, std::move(planner), std::move(ports));
}

Result<> Session::apply_start(const SessionTask& start) {
  Planner& planner = engine_->planner();
  if (start.create) {
    planner.create(start.spec, LUTHIER_VERSION);
  }
  if (recovered_.differences > 0) {
    planner.note(formatted("on resume {} decisions came out differently; the log wins. First: {}",
                           recovered_.differences,
                           recovered_.first_difference));
  }
  const Extension& extension = start.extension;
  if (extension.space) {
    planner.note(space_change_text(state_->space().declaration(), *extension.space));
  }
  if (extension.more_samples || extension.more_time_s || extension.space) {
    planner.extend(
        extension.more_samples.value_or(0), extension.more_time_s.value_or(0), extension.space);
    LUTHIER_TRY(advisors_->check());
  }
  if (start.retry) {
    for (std::int64_t i = 0; i < state_->trial_count(); ++i) {
      if (state_->state({i}) == TrialState::failed &&
          (!start.retry_trial || start.retry_trial->value == i)) {
        planner.retry({i}, person());
      }
    }
  }
  if (start.given) {
    planner.extend(0, 0);  // it goes on, also where it had ended
    LUTHIER_TRY(planner.enqueue(
        {.request = RequestKind::enqueue, .who = person(), .config = *start.given}));
  }
  return {};
}

Result<ExperimentSummary> Session::run() {
  if (const auto ran = engine_->run(); !ran) {
    Error error = leave_after(ran.error());
    if (notifier_) {
      notifier_->fail(error.message);
      tell_the_rest();
    }
    return error;
  }
  return finish();
}

Error Session::leave_after(Error error) {
  const AdviceFailure* failure = advisors_->failure();
  if (failure == nullptr) {
    return error;
  }
  std::vector<Event> events = std::move(engine_->planner().events());
  std::erase_if(events, [&](const Event& event) { return event.sequence > failure->kept; });
  if (auto state = state_after(events, *failure)) {
    engine_.reset();
    state_ = std::move(state);
    if (store_->append(events).ok()) {
      static_cast<void>(store_->close());
    }
  }
  return error;
}

// The state that the log gives with `events`, to which the end of this session is added. Null: the
// log is not kept, or can't be read.
std::unique_ptr<ExperimentState> Session::state_after(std::vector<Event>& events,
                                                      const AdviceFailure& failure) {
  auto state = std::make_unique<ExperimentState>();
  Result<> folded;
  const auto apply = [&](const Event& event) {
    folded = state->apply(event);
    return folded.ok();
  };
  if (!store_->read_from(1, apply) || !folded || !std::ranges::all_of(events, apply) ||
      !state->created()) {
    return nullptr;
  }
  const std::string& text = failure.error.message;
  events.push_back({state->sequence() + 1,
                    std::max(clock_->now(), state->time()),
                    ControllerStopped{false, text.substr(0, text.find('\n'))}});
  return apply(events.back()) ? std::move(state) : nullptr;
}

Result<ExperimentSummary> Session::finish() {
  if (const auto closed = store_->close(); !closed) {
    return closed.error();
  }
  tell_the_rest();
  return summarise(*state_, directory_);
}

}  // namespace luthier

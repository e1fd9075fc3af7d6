#include "support/crash_sweep.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <sstream>

#include "store/memory_store.h"
#include "store/sqlite/sqlite_store.h"
#include "support/faulty_disk.h"
#include "support/stuttering_executor.h"
#include "support/temporary_directory.h"
#include "tuner/plugin_registry.h"

namespace luthier {
namespace {

constexpr std::int64_t kJobs = 3;
// Replaying a whole log costs as much as running it: one run in so many is replayed.
constexpr std::int64_t kReplayEvery = 20;
// Every commit writes at least one page to the WAL.
constexpr std::int64_t kWithinAnyCommit = 2000;

ExperimentSpec make_spec(const SweepSubject& subject, std::int64_t samples) {
  ExperimentSpec spec{.name = subject.name, .objectives = {{"loss", Mode::min}}};
  spec.space.add("x", uniform(0, 1));
  spec.space.add("y", loguniform(1e-3, 1));
  spec.searcher = subject.searcher;
  spec.scheduler = subject.scheduler;
  spec.samples = samples;
  spec.seed = 5;
  spec.retries = 1;
  spec.retry_delay_s = 0.001;
  const auto resolved = PluginRegistry().resolve(spec);
  LUTHIER_CHECK(resolved.ok(), resolved.ok() ? "" : resolved.error().message.c_str());
  return spec;
}

// The first line in which two exports differ; empty when they are equal.
std::string first_difference(const std::string& a, const std::string& b) {
  std::istringstream left(a);
  std::istringstream right(b);
  std::string in_left;
  std::string in_right;
  while (true) {
    const bool more_left = static_cast<bool>(std::getline(left, in_left));
    const bool more_right = static_cast<bool>(std::getline(right, in_right));
    if (!more_left && !more_right) {
      return "";
    }
    if (more_left != more_right || in_left != in_right) {
      const auto at = std::ranges::mismatch(in_left, in_right).in1 - in_left.begin();
      const std::size_t from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, at - 150));
      return in_left.substr(0, 12) + "... " + in_left.substr(std::min(from, in_left.size()), 300) +
             "\n   instead of\n" + in_right.substr(std::min(from, in_right.size()), 300);
    }
  }
}

// The log in a real file that each controller opens anew, on a disk that can stop in mid-write.
class LogOnDisk {
 public:
  Result<EventStore*> open() {
    store_.reset();
    disk_.revive();
    auto store = open_for_writing(directory_, {.create = !exists_});
    if (!store) {
      return store.error();
    }
    exists_ = true;
    store_ = std::move(*store);
    return store_.get();
  }
  EventStore& store() { return *store_; }
  FaultyDisk& disk() { return disk_; }

 private:
  FaultyDisk disk_;
  TemporaryDirectory place_{TemporaryDirectory::Place::memory};
  std::filesystem::path directory_ = place_.path() / "experiment";
  std::unique_ptr<EventStore> store_;
  bool exists_ = false;
};

// Where the uncrashed run committed.
struct Commit {
  Sequence first = 0;
  Sequence last = 0;
  std::int64_t wal_bytes = 0;  // that its transaction wrote
};

// Passes everything on, and sees each commit; or lets the disk die in the middle of one.
class WatchedStore final : public EventStore {
 public:
  explicit WatchedStore(EventStore& inner, FaultyDisk* disk = nullptr)
      : inner_(inner), disk_(disk) {}

  Result<> append(std::span<const Event> events) override {
    const std::int64_t before = disk_ != nullptr ? disk_->wal_bytes() : 0;
    if (before_append && !events.empty()) {
      before_append(events.front().sequence, events.back().sequence);
    }
    auto appended = inner_.append(events);
    if (appended && !events.empty()) {
      commits.push_back({events.front().sequence,
                         events.back().sequence,
                         disk_ != nullptr ? disk_->wal_bytes() - before : 0});
    }
    return appended;
  }
  Result<> read_from(Sequence first, const std::function<bool(const Event&)>& receive) override {
    return inner_.read_from(first, receive);
  }
  Sequence last_sequence() const override { return inner_.last_sequence(); }
  Result<> close() override { return inner_.close(); }

  std::vector<Commit> commits;
  std::function<void(Sequence, Sequence)> before_append;

 private:
  EventStore& inner_;
  FaultyDisk* disk_;
};

class Sweep {
 public:
  Sweep(const SweepSubject& subject, Death death, std::int64_t events, bool again)
      : death_(death), again_(again), spec_(make_spec(subject, 4)) {
    std::int64_t samples = 4;
    while (smooth_.events < events && smooth_.first_error.empty()) {
      samples += samples / 2;
      spec_ = make_spec(subject, samples);
      run_smoothly();
    }
    report_.events = smooth_.events;
    report_.first_problem = smooth_.first_error;
  }

  SweepReport run() {
    for (const Commit& commit : commits_) {
      if (death_ == Death::mid_transaction) {
        for (Sequence at = commit.first; at <= commit.last; ++at) {
          cut(commit, at);
        }
      } else {
        crash(commit);
      }
      report_.covered += commit.last - commit.first + 1;
      if (!report_.first_problem.empty()) {
        break;
      }
    }
    return report_;
  }

 private:
  void run_smoothly() {
    if (death_ == Death::mid_transaction) {
      LogOnDisk log;
      auto store = log.open();
      WatchedStore watched(log.store(), &log.disk());
      smooth_ = run_simulated(spec_, watched, script_, kJobs);
      commits_ = std::move(watched.commits);
      return;
    }
    const auto store = make_memory_store();
    WatchedStore watched(*store);
    smooth_ = run_simulated(spec_, watched, script_, kJobs);
    commits_ = std::move(watched.commits);
  }

  static FaultPoint point_of(Death death) {
    switch (death) {
      case Death::after_commit:
        return FaultPoint::after_commit;
      case Death::after_acknowledge:
        return FaultPoint::after_acknowledge;
      case Death::after_effect:
        return FaultPoint::after_effect;
      default:
        return FaultPoint::before_write;
    }
  }

  // The events of one step are committed together, so dying at any of them is dying at the step.
  void crash(const Commit& commit) {
    const auto store = make_memory_store();
    std::int64_t crashes = 0;
    const auto fault = [&](FaultPoint where, Sequence sequence) {
      const bool dies =
          where == point_of(death_) && sequence >= commit.last && crashes < (again_ ? 2 : 1);
      crashes += dies ? 1 : 0;
      return dies;
    };
    const SimulatedRun run = run_simulated(spec_, *store, script_, kJobs, fault);
    compare(run, *store, crashes, commit.last);
  }

  // The WAL ends at a byte within the transaction, further on for each of its events.
  void cut(const Commit& commit, Sequence at) {
    const std::int64_t bytes =
        commit.wal_bytes * (2 * (at - commit.first) + 1) / (2 * (commit.last - commit.first + 1));
    LogOnDisk log;
    std::unique_ptr<WatchedStore> watched;
    std::int64_t crashes = 0;
    Sequence found = commit.first - 1;
    const auto open = [&]() -> Result<EventStore*> {
      const bool died = log.disk().dead();
      auto store = log.open();
      if (!store) {
        return store;
      }
      crashes += died ? 1 : 0;
      found = died && crashes == 1 ? (*store)->last_sequence() : found;
      watched = std::make_unique<WatchedStore>(**store, &log.disk());
      watched->before_append = [&, again = died && again_ && crashes == 1](Sequence,
                                                                           Sequence last) {
        if (again || (crashes == 0 && last == commit.last)) {
          log.disk().die_in_wal_after(again ? std::min(bytes, kWithinAnyCommit) : bytes);
        }
      };
      return watched.get();
    };
    const SimulatedRun run =
        run_simulated(spec_, open, script_, {.jobs = kJobs, .dies_of_failed_append = true});
    if (found != commit.first - 1) {
      report_.first_problem = "a cut transaction left events up to " + std::to_string(found);
      return;
    }
    compare(run, log.store(), crashes, at);
  }

  void compare(const SimulatedRun& run, EventStore& store, std::int64_t crashes, Sequence at) {
    report_.crashes += crashes;
    std::string problem = run.first_error;
    if (problem.empty() && crashes != (again_ ? 2 : 1)) {
      problem = std::to_string(crashes) + " crashes happened";
    }
    if (problem.empty()) {
      problem = first_difference(run.canonical, smooth_.canonical);
    }
    if (problem.empty()) {
      problem = run.recovered.first_difference;
    }
    if (problem.empty() && at % kReplayEvery == 0) {
      const ReplayCounts counts = replay_store(spec_, store);
      report_.replayed += counts.decisions + counts.choices + counts.suggestions;
      problem = counts.first_difference;
    }
    if (!problem.empty()) {
      report_.first_problem =
          "crash " + to_text(death_) + " of event " + std::to_string(at) + ": " + problem;
    }
  }

  Death death_;
  bool again_;
  CurveScript script_{9, true};
  ExperimentSpec spec_;
  SimulatedRun smooth_;
  std::vector<Commit> commits_;
  SweepReport report_;
};

}  // namespace

std::string to_text(Death death) {
  switch (death) {
    case Death::before_write:
      return "before_write";
    case Death::mid_transaction:
      return "mid_transaction";
    case Death::after_commit:
      return "after_commit";
    case Death::after_acknowledge:
      return "after_acknowledge";
    case Death::after_effect:
      return "after_effect";
  }
  return "";
}

void PrintTo(const SweepSubject& subject, std::ostream* out) {
  *out << subject.name;
}

std::span<const SweepSubject> sweep_subjects() {
  static const std::vector<SweepSubject> subjects = {
      {"tpe", {"fifo"}, {"tpe"}},
      {"asha", {"asha", {{"max_t", 9}, {"reduction_factor", 3}}}, {"tpe"}},
      {"promote",
       {"asha", {{"max_t", 9}, {"reduction_factor", 3}, {"mode", "promote"}}},
       {"random"}},
      {"hyperband", {"hyperband", {{"max_t", 9}}}, {"sobol"}},
      {"median", {"median_stopping", {{"grace_period", 2}}}, {"tpe"}},
      {"cmaes",
       {"asha", {{"max_t", 9}, {"reduction_factor", 3}, {"mode", "promote"}}},
       {"cmaes", {{"population", 3}}}},
      {"auto", {"asha", {{"max_t", 9}, {"reduction_factor", 3}, {"mode", "promote"}}}, {"auto"}},
      {"pbt", {"pbt", {{"perturbation_interval", 2}}}, {"random"}}};
  return subjects;
}

SweepReport sweep_crashes(const SweepSubject& subject,
                          Death death,
                          std::int64_t events,
                          bool again) {
  return Sweep(subject, death, events, again).run();
}

std::string stutter_once(const SweepSubject& subject, std::uint64_t seed) {
  ExperimentSpec spec = make_spec(subject, 6);
  spec.seed = seed;
  spec.checkpoint_every = 2;
  spec.keep_checkpoints = 2;
  const CurveScript script(6, true);
  const auto run = [&](const std::function<Executor&(Executor&)>& around) {
    auto store = make_memory_store();
    SimulatedRunOptions options;
    options.jobs = kJobs;
    options.around = around;
    SimulatedRun done = run_simulated(spec, [&] { return store.get(); }, script, options);
    if (replay_store(spec, *store).differences > 0) {
      done.first_error = "it is decided otherwise when it is replayed";
    }
    return done;
  };
  std::optional<StutteringExecutor> stuttering;
  const SimulatedRun once = run({});
  const SimulatedRun often =
      run([&](Executor& inner) -> Executor& { return stuttering.emplace(inner, seed); });
  for (const SimulatedRun* each : {&once, &often}) {
    if (!each->first_error.empty()) {
      return each->first_error;
    }
  }
  return stuttering->copies() == 0 ? "nothing was said twice"
                                   : first_difference(often.canonical, once.canonical);
}

}  // namespace luthier

// Tuner: what a user builds and calls. Every option has the command line's name and default
// (docs/cli.md); `run` checks them all first and reports every problem at once.
//
//   auto outcome = luthier::Tuner(train, space)
//       .minimize("loss").samples(64).searcher("tpe").scheduler("asha", {{"max_t", 81}}).run();
#pragma once

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "luthier/error.h"
#include "luthier/experiment_spec.h"
#include "luthier/logger.h"
#include "luthier/scheduler.h"
#include "luthier/searcher.h"
#include "luthier/space.h"
#include "luthier/trainable.h"
#include "luthier/trial.h"

namespace luthier {

// One trial as a person sees it at the end.
struct TrialSummary {
  TrialId id;
  TrialState state = TrialState::pending;
  Config config;
  Metrics metrics;     // of its last result
  Metrics best;        // of the result it is ranked by (score); empty without a finite one
  Config best_config;  // the configuration of that result (PBT changes it as it goes)
  std::int64_t iterations = 0;
  std::int64_t attempts = 0;
  std::string proposed_by;
  std::string reason;  // why it ended or waits
  // Why it is infeasible; empty where it meets every requirement or has no finite objective.
  std::string unmet = {};
};

struct ExperimentSummary {
  std::filesystem::path directory;   // empty with store("memory")
  std::vector<TrialSummary> trials;  // by id
  std::vector<TrialId> best;         // the best trial; the Pareto front with several objectives
  bool finished = false;             // false: interrupted, can be resumed
  std::string reason;                // why the experiment ended, a sentence
  bool failed_early = false;   // interrupted by itself: see max_failures, or its program is gone
  std::int64_t abandoned = 0;  // threads that did not return in time and still run
  // Where no trial meets every requirement, and so none is best: the one that misses them by least.
  std::optional<TrialId> nearest = {};

  // The best trial of the first objective; nullptr if no trial reported a finite value.
  const TrialSummary* best_trial() const;
};

// A command that is told what becomes of a run (docs/notifications.md).
struct NotifyOptions {
  std::string command = {};  // words, quoted as for a shell, though none runs; empty: no command
  std::vector<std::string> on = {"done", "failed", "stalled", "low_disk"};  // and "improved"
  // Time without a result; 0: 3 times the longest time between two, 10 minutes at least.
  double stalled_s = 0;
  std::int64_t low_disk_bytes = 1'000'000'000;  // free space below which the disk is low
};

// What concerns this controller only, not the experiment.
struct SessionOptions {
  std::filesystem::path results = "luthier-results";
  bool memory_store = false;     // nothing on disk
  bool keep_log = true;          // false, with memory_store: events are not kept either
  bool full_durability = false;  // survive a power loss, not only a crash
  std::int64_t jobs = 0;         // trials at a time; 0: as many as there are cpus
  // What there is to hand out; cpu 0: the machine's; gpu -1: those that are visible here.
  Resources inventory = {.cpu = 0, .gpu = -1};
  std::string cluster = {};     // address of the Ray head, before what the experiment says
  bool handle_signals = false;  // Ctrl-C ends the run in good order
  std::string who = {};         // for the log: who started this
  NotifyOptions notify = {};    // in no log: a stored experiment names no command
};

class Tuner {
 public:
  Tuner(TrainFunction train, Space space);
  explicit Tuner(Space space);  // the trial is named below, or asked for (luthier/experiment.h)

  Tuner& name(std::string name);  // default: "experiment" and the date
  Tuner& minimize(std::string metric);
  Tuner& maximize(std::string metric);
  Tuner& samples(std::int64_t count);  // draws for each cell of the grid; default 1
  Tuner& jobs(std::int64_t count);
  Tuner& seed(std::uint64_t seed);  // default 0
  Tuner& searcher(std::string name, NamedValues options = {});
  Tuner& scheduler(std::string name, NamedValues options = {});
  // The user's own: `make` is called once for each run, resume and replay.
  Tuner& searcher(std::string name, std::function<std::unique_ptr<Searcher>()> make);
  Tuner& scheduler(std::string name, std::function<std::unique_ptr<TrialScheduler>()> make);
  Tuner& point(Config config);  // try this configuration first
  // What this configuration gave elsewhere: the searcher learns from it, and it never runs here.
  Tuner& known(Config config, Metrics metrics, std::int64_t training_iteration = 1);
  Tuner& iterations(std::int64_t count);  // a trial is completed after so many
  Tuner& time_budget(double seconds);
  Tuner& stop(const std::string& rule);  // "loss < 0.1", "plateau:metric=loss,window=4"
  // "latency_ms < 200": a trial that does not meet it ranks after all that do.
  Tuner& require(const std::string& condition);
  // Where good values are believed to lie: "lr ~ 1e-3", "lr ~ 1e-3 x2", "momentum ~ 0.9 +- 0.05",
  // "optimizer ~ adam, sgd".
  Tuner& prior(const std::string& belief);
  // An earlier experiment of a task that resembles this one, by name or path: its best places are
  // looked at more often, as long as that pays. The spaces may differ.
  Tuner& related(const std::string& experiment);
  // The same with results from elsewhere.
  Tuner& related(std::string name, std::vector<KnownResult> results);
  Tuner& stop_if(std::function<bool(TrialId, const TrialResult&)> rule);
  Tuner& retries(std::int64_t count);
  Tuner& max_failures(std::int64_t count);
  Tuner& score(const std::string& rule);  // "best" (default), "last", "mean:5": what trials rank by
  Tuner& trial_timeout(double seconds);
  Tuner& checkpoint_every(std::int64_t iterations);
  Tuner& checkpoint_at_end(bool on = true);
  Tuner& keep_checkpoints(std::int64_t count, KeepBy by = KeepBy::latest);
  Tuner& resource(std::string name, std::string amount);  // "cpu", "2" or "expr(...)"
  Tuner& inventory(Resources resources);
  Tuner& results(std::filesystem::path directory);
  Tuner& store(const std::string& kind);          // "file" (default) or "memory"
  Tuner& durability(const std::string& kind);     // "fast" (default) or "full"
  Tuner& log(std::vector<std::string> loggers);   // default: console, csv, json, tensorboard
  Tuner& logger(std::shared_ptr<Logger> logger);  // the user's own, beside the others
  // Where trials run: "in_process" (default: the function above, in threads), "process" or "ray"
  // with its options (docs/ray.md). For the last two, what a trial is, one of the three:
  Tuner& executor(std::string name, const NamedValues& options = {});
  Tuner& command(std::vector<std::string> words);       // a program, with placeholders
  Tuner& python(std::string function);                  // ray: "module:name"
  Tuner& trainable(const std::filesystem::path& file);  // ray: a library (trainable_library.h)
  // How a program's results are found (docs/worker_protocol.md):
  Tuner& metric_regex(std::string pattern);
  Tuner& metric_file(const std::string& glob);  // of its directory, instead of the usual names
  Tuner& ok_status(const std::vector<int>& statuses);  // exit statuses of success, beside 0
  Tuner& tty(bool on = true);                          // its stdout is a terminal: line-buffered
  Tuner& time_attr(std::string metric);                // its own counter, which schedulers go by
  // Every trial of a Python program imports its libraries by itself (docs/warm_starts.md).
  Tuner& cold(bool on = true);
  Tuner& deterministic(std::int64_t lag);
  Tuner& tag(std::string key, std::string value);
  // A command for what happens: "done", "failed", "improved", "stalled", "low_disk"; unnamed: all
  // but "improved". The rest of its options: session().notify.
  Tuner& notify(std::string command, std::vector<std::string> on = {});
  Tuner& handle_signals(bool on = true);  // Ctrl-C ends the run; a live table on a terminal

  // Runs a new experiment to its end (or until it is interrupted).
  Result<ExperimentSummary> run();
  // Goes on with the interrupted experiment of this name: the log's spec is used, not this one's.
  Result<ExperimentSummary> resume();
  // The same with so many more samples for each cell of the grid, and so much more time; also for
  // an experiment that has ended.
  Result<ExperimentSummary> extend(std::int64_t more_samples, double more_seconds = 0);
  // The failed trials, or one, are tried again; then as resume.
  Result<ExperimentSummary> retry(std::optional<TrialId> trial = {});

  // Recomputes every decision, choice and suggestion from the log.
  struct ReplayReport {
    std::int64_t decisions = 0;
    std::int64_t choices = 0;
    std::int64_t suggestions = 0;
    std::int64_t differences = 0;
    std::string first_difference;  // a sentence; empty when there is none
  };
  Result<ReplayReport> replay();

  // The raw options, for programs that fill them from elsewhere.
  ExperimentSpec& spec();
  SessionOptions& session();

  Tuner(Tuner&&) noexcept;
  Tuner& operator=(Tuner&&) noexcept;
  ~Tuner();

 private:
  friend class Experiment;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace luthier

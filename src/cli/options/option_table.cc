#include "cli/options/option_table.h"

#include <algorithm>
#include <array>

#include "cli/options/option_setters.h"

namespace luthier::cli {
namespace {

using namespace in;        // NOLINT: the columns of the table
using namespace settings;  // NOLINT: are these names

constexpr unsigned kRun = run | file;                           // what an experiment is
constexpr unsigned kAnyRun = run | file | bundle;               // ... that a bundle leaves open
constexpr unsigned kController = run | file | bundle | resume;  // in no log

// An option a row; one that means something else to `simulate` or `extend` has two.
// clang-format off
constexpr Option kTable[] = {
    {.name = "benchmark", .argument = "NAME[:K=V,...]|FILE.json",
     .meaning = "where results come from: bbob, mixed, noise and others, or the index of a table or of curves",
     .group = "benchmark", .completes = Completes::file,
     .where = simulate, .set = text<&SimulationOptions::benchmark>},
    {.name = "task", .argument = "NAME",
     .meaning = "which task of a table", .default_text = "its only one",
     .group = "benchmark", .where = simulate, .set = text<&SimulationOptions::task>},

    {.name = "name", .argument = "NAME",
     .meaning = "of the experiment", .default_text = "the program's name and the time",
     .group = "experiment", .where = kAnyRun, .set = name},
    {.name = "name", .argument = "NAME",
     .meaning = "experiments are called NAME-SEED",
     .default_text = "benchmark, task, scheduler and searcher",
     .group = "experiment", .where = simulate, .set = text<&ExperimentSpec::name>},
    {.name = "results", .argument = "DIR",
     .meaning = "the directory of experiments", .default_text = "luthier-results",
     .group = "experiment", .completes = Completes::directory,
     .where = kController, .set = results},
    {.name = "results", .argument = "DIR",
     .meaning = "store the experiments there, like those of luthier run",
     .group = "experiment", .completes = Completes::directory, .where = simulate, .set = results},
    {.name = "store", .argument = "file|memory",
     .meaning = "memory leaves nothing on disk", .default_text = "file",
     .group = "experiment", .completes = Completes::words, .words = "file memory",
     .where = kRun, .set = second_word<&SessionOptions::memory_store>},
    {.name = "store", .argument = "file|memory",
     .meaning = "memory keeps no log", .default_text = "memory, file with --results",
     .group = "experiment", .completes = Completes::words, .words = "file memory",
     .where = simulate, .set = second_word<&SessionOptions::memory_store>},
    {.name = "durability", .argument = "fast|full",
     .meaning = "full survives a power loss, not only a crash", .default_text = "fast",
     .group = "experiment", .completes = Completes::words, .words = "fast full",
     .where = kController, .again = true, .set = second_word<&SessionOptions::full_durability>},
    {.name = "seed", .argument = "N",
     .meaning = "the same seed gives the same draws", .default_text = "0",
     .group = "experiment", .where = kRun, .set = count<&ExperimentSpec::seed, 0>},
    {.name = "seed", .argument = "A",
     .meaning = "of the first experiment", .default_text = "0",
     .group = "experiment", .where = simulate, .set = count<&ExperimentSpec::seed, 0>},
    {.name = "seeds", .argument = "K",
     .meaning = "experiments, with the seeds A to A+K-1", .default_text = "1",
     .group = "experiment", .where = simulate, .set = count<&ExperimentRequest::seeds, 1>},
    {.name = "deterministic", .argument = "L",
     .meaning = "suggestion k sees results of trials 0 to k-L only, so searches repeat with up to L "
                "jobs", .default_text = "0, off",
     .group = "experiment", .where = kRun, .set = count<&ExperimentSpec::deterministic, 0>},
    {.name = "tag", .argument = "KEY=VALUE",
     .meaning = "a note kept with the experiment",
     .group = "experiment", .repeatable = true, .where = kRun | simulate, .adds = true, .set = tag},

    {.name = "param", .letter = 'p', .argument = "NAME=DISTRIBUTION",
     .meaning = "a parameter: uniform(a, b), loguniform(a, b), randint(a, b), choice(...), "
                "grid(...), ... and perhaps 'if CONDITION'",
     .group = "space", .repeatable = true, .where = run, .set = parameter},
    {.name = "param", .letter = 'p', .argument = "NAME=DISTRIBUTION",
     .meaning = "another distribution for a parameter of it, from here on: a wider or narrower range, other choices; "
                "results outside of it stay, and the searcher learns from all",
     .group = "space", .repeatable = true, .where = extend, .set = parameter},
    {.name = "constraint", .argument = "CONDITION",
     .meaning = "what every configuration must satisfy, such as 'a < b'",
     .group = "space", .repeatable = true, .where = kRun, .adds = true, .set = constraint},
    {.name = "prior", .argument = "BELIEF",
     .meaning = "where good values are believed to lie: 'lr ~ 1e-3', 'lr ~ 1e-3 x2' (within a factor), 'p ~ 0.9 +- 0.05' or "
                "'optimizer ~ adam, sgd'",
     .group = "space", .repeatable = true, .where = kRun | simulate, .set = prior},
    {.name = "points", .argument = "FILE",
     .meaning = "configurations to try first: JSON objects, one per line or in a list, bare or as "
                "best --json and trials --json print them",
     .group = "space", .repeatable = true, .completes = Completes::file,
     .where = kRun, .set = points},
    {.name = "known", .argument = "FILE|EXPERIMENT",
     .meaning = "results of earlier trials, which the searcher learns from and which are not run again: lines of "
                "{\"config\": ..., \"metrics\": ...}, a CSV export, or an experiment",
     .group = "space", .repeatable = true, .completes = Completes::file,
     .where = kRun, .set = later<&ExperimentRequest::known>},
    {.name = "related", .argument = "FILE|EXPERIMENT",
     .meaning = "results of a task that resembles this one, in any space: the searcher looks where the best of them are, "
                "as long as that pays; a file or an experiment as for --known",
     .group = "space", .repeatable = true, .completes = Completes::file,
     .where = kRun | simulate, .set = later<&ExperimentRequest::related>},

    {.name = "min", .argument = "METRIC",
     .meaning = "minimise it",
     .group = "objective", .repeatable = true, .where = kRun, .set = objective<Mode::min>},
    {.name = "min", .argument = "METRIC",
     .meaning = "minimise it", .default_text = "the benchmark's objective",
     .group = "objective", .where = simulate, .set = objective<Mode::min>},
    {.name = "max", .argument = "METRIC",
     .meaning = "maximise it",
     .group = "objective", .repeatable = true, .where = kRun, .set = objective<Mode::max>},
    {.name = "max", .argument = "METRIC",
     .meaning = "maximise it",
     .group = "objective", .where = simulate, .set = objective<Mode::max>},
    {.name = "require", .argument = "CONDITION",
     .meaning = "a trial that misses this ranks after all that meet it, such as 'latency_ms < 200'; "
                "over its metrics and parameters",
     .group = "objective", .repeatable = true,
     .where = kRun | simulate, .set = later<&ExperimentRequest::requirements>},
    {.name = "stop", .argument = "RULE",
     .meaning = "end a trial when this holds, such as 'loss < 0.1' or plateau:metric=loss,window=4; experiment_plateau:... ends the experiment",
     .group = "objective", .repeatable = true,
     .where = kRun, .set = later<&ExperimentRequest::stop_rules>},
    {.name = "score", .argument = "best|last|mean:K",
     .meaning = "what a trial is ranked by: its best result, its last one, or the mean of its last K",
     .default_text = "best",
     .group = "objective", .where = kRun, .set = score},

    {.name = "samples", .letter = 'n', .argument = "N",
     .meaning = "configurations to try, for each cell of a grid; 0: until something else ends the experiment",
     .default_text = "1",
     .group = "budget", .where = kRun, .set = count<&ExperimentSpec::samples, 0>},
    {.name = "samples", .letter = 'n', .argument = "N",
     .meaning = "trials; 0: until the time is over", .default_text = "0",
     .group = "budget", .where = simulate, .set = count<&ExperimentSpec::samples, 0>},
    {.name = "samples", .letter = 'n', .argument = "N",
     .meaning = "this many more configurations, for each cell of a grid",
     .group = "budget", .where = extend, .set = count<&Extension::more_samples, 1>},
    {.name = "time", .argument = "TIME",
     .meaning = "limit of the whole experiment, such as 90s, 15m or 2h", .default_text = "no limit",
     .group = "budget", .where = kRun, .set = duration<&ExperimentSpec::time_budget_s>},
    {.name = "time", .argument = "TIME",
     .meaning = "limit of an experiment's virtual time, such as 90s, 15m or 2h", .default_text = "no limit",
     .group = "budget", .where = simulate, .set = duration<&ExperimentSpec::time_budget_s>},
    {.name = "time", .argument = "TIME",
     .meaning = "add this much time, such as 90s, 15m or 2h",
     .group = "budget", .where = extend, .set = more_time},
    {.name = "iterations", .argument = "N",
     .meaning = "a trial is completed after this many results", .default_text = "when it returns",
     .group = "budget", .where = kRun, .set = count<&ExperimentSpec::iterations, 0>},
    {.name = "max-failures", .argument = "N",
     .meaning = "end the experiment when more trials than this have failed",
     .default_text = "no limit, but it is interrupted when the first 3 fail alike",
     .group = "budget", .where = kRun, .set = count<&ExperimentSpec::max_failures, 0>},
    {.name = "jobs", .letter = 'j', .argument = "N",
     .meaning = "trials at a time", .default_text = "as many as there are processors",
     .group = "budget", .where = kController, .again = true, .set = count<&SessionOptions::jobs, 1>},

    {.name = "searcher", .argument = "NAME[:K=V,...]",
     .meaning = "what proposes configurations; 'luthier plugins' lists them", .default_text = "auto",
     .group = "algorithms", .completes = Completes::searcher,
     .where = kRun, .set = algorithm<&ExperimentSpec::searcher>},
    {.name = "searcher", .argument = "NAME[:K=V,...]",
     .meaning = "what proposes configurations", .default_text = "random",
     .group = "algorithms", .completes = Completes::searcher,
     .where = simulate, .set = algorithm<&ExperimentSpec::searcher>},
    {.name = "scheduler", .argument = "NAME[:K=V,...]",
     .meaning = "how to stop unpromising trials early", .default_text = "fifo, which stops no trial",
     .group = "algorithms", .completes = Completes::scheduler,
     .where = kRun | simulate, .set = algorithm<&ExperimentSpec::scheduler>},
    {.name = "plugin", .argument = "LIB.so",
     .meaning = "load your own searchers and schedulers from a library",
     .group = "algorithms", .repeatable = true, .completes = Completes::file,
     .where = kController | simulate, .adds = true, .again = true, .set = plugin_library},

    {.name = "workers", .letter = 'w', .argument = "W",
     .meaning = "trials at a time", .default_text = "1",
     .group = "cluster", .where = simulate, .set = count<&SimulationOptions::workers, 1>},
    {.name = "straggler", .argument = "SHARE:FACTOR",
     .meaning = "make this share of attempts this many times slower, such as 0.1:5",
     .group = "cluster", .where = simulate, .set = straggler},
    {.name = "failure-rate", .argument = "P",
     .meaning = "probability that a training iteration fails its attempt", .default_text = "0",
     .group = "cluster", .where = simulate, .set = failure_rate},
    {.name = "start-latency", .argument = "TIME",
     .meaning = "from choosing a trial to its first training iteration", .default_text = "0",
     .group = "cluster", .where = simulate, .set = duration<&ClusterConditions::start_latency_s>},
    {.name = "report-latency", .argument = "TIME",
     .meaning = "from the end of a training iteration to its answer", .default_text = "0",
     .group = "cluster", .where = simulate, .set = duration<&ClusterConditions::report_latency_s>},
    {.name = "nodes", .argument = "N",
     .meaning = "the workers are spread evenly over this many nodes", .default_text = "1",
     .group = "cluster", .where = simulate, .set = count<&ClusterConditions::nodes, 1>},
    {.name = "node-loss-every", .argument = "TIME",
     .meaning = "a node is lost with all attempts on it, at random, this often on average",
     .default_text = "never",
     .group = "cluster", .where = simulate, .set = duration<&ClusterConditions::node_loss_interval_s>},
    {.name = "node-return-after", .argument = "TIME",
     .meaning = "a lost node comes back this much later", .default_text = "60s",
     .group = "cluster", .where = simulate, .set = duration<&ClusterConditions::node_return_s>},

    {.name = "cpu", .argument = "AMOUNT",
     .meaning = "processors a trial needs, a number or expr(...)", .default_text = "1",
     .group = "trials", .where = kRun, .set = claim},
    {.name = "gpu", .argument = "AMOUNT",
     .meaning = "gpus a trial needs, such as 1, 0.5 or expr(...)", .default_text = "0",
     .group = "trials", .where = kRun, .set = claim},
    {.name = "memory", .argument = "BYTES",
     .meaning = "memory limit of a trial, such as 2GiB", .default_text = "none",
     .group = "trials", .where = kRun, .set = memory},
    {.name = "resource", .argument = "NAME=AMOUNT",
     .meaning = "another resource a trial needs",
     .group = "trials", .repeatable = true, .where = kRun, .adds = true, .set = resource},
    {.name = "cpus", .argument = "N",
     .meaning = "processors to hand out", .default_text = "the machine's",
     .group = "trials", .where = kController, .again = true,
     .set = amount<&Resources::cpu, Zero::refused>},
    {.name = "gpus", .argument = "N",
     .meaning = "gpus to hand out", .default_text = "those that are visible",
     .group = "trials", .where = kController, .again = true,
     .set = amount<&Resources::gpu, Zero::allowed>},
    {.name = "inventory", .argument = "NAME=AMOUNT",
     .meaning = "another resource to hand out",
     .group = "trials", .repeatable = true, .where = kController, .again = true, .set = inventory},
    {.name = "retries", .argument = "N",
     .meaning = "how many times to retry a failed trial", .default_text = "0",
     .group = "trials", .where = kRun | simulate, .set = count<&ExperimentSpec::retries, 0>},
    {.name = "trial-timeout", .argument = "TIME",
     .meaning = "of one attempt", .default_text = "none",
     .group = "trials", .where = kRun | simulate, .set = duration<&ExperimentSpec::trial_timeout_s>},
    {.name = "grace", .argument = "TIME",
     .meaning = "time between asking a trial to end and killing it", .default_text = "10s",
     .group = "trials", .where = kRun, .set = duration<&ExperimentSpec::grace_s>},
    {.name = "checkpoint-every", .argument = "N",
     .meaning = "save a checkpoint after this many results",
     .default_text = "only when a scheduler asks",
     .group = "trials", .where = kRun | simulate, .set = count<&ExperimentSpec::checkpoint_every, 0>},
    {.name = "checkpoint-at-end",
     .meaning = "save a checkpoint when a trial is stopped",
     .group = "trials", .where = kRun, .set = on<&ExperimentSpec::checkpoint_at_end>},
    {.name = "keep-checkpoints", .argument = "N[:best]",
     .meaning = "checkpoints to keep of each trial, the latest or the best; 0: all", .default_text = "1",
     .group = "trials", .where = kRun, .set = keep_checkpoints},

    {.name = "executor", .argument = "NAME[:K=V,...]",
     .meaning = "what runs trials", .default_text = "process",
     .group = "execution", .completes = Completes::words, .words = "process python ray",
     .where = kRun, .set = executor},
    {.name = "python", .argument = "MODULE:NAME",
     .meaning = "a Python function or class as the trial, with executor python or ray",
     .group = "execution", .where = kRun, .set = python},
    {.name = "trainable", .argument = "LIB.so",
     .meaning = "a C++ function or class of a library as the trial, with executor ray",
     .group = "execution", .completes = Completes::file, .where = kRun, .set = trainable},
    {.name = "cluster", .argument = "HOST:PORT",
     .meaning = "the Ray head, for executor ray", .default_text = "RAY_ADDRESS, else this machine's",
     .group = "execution", .where = kRun | resume, .again = true,
     .set = text<&SessionOptions::cluster>},
    {.name = "metric-regex", .argument = "REGEX",
     .meaning = "regular expression that finds metrics in the output: one group (the objective), named groups, or two (name, value)",
     .group = "execution", .where = kRun, .set = for_program},
    {.name = "metric-file", .argument = "GLOB",
     .meaning = "files in the trial's directory that hold its results: CSV, JSON, TensorBoard, MLflow",
     .default_text = "metrics.* and results.*",
     .group = "execution", .repeatable = true, .where = kRun, .set = metric_file},
    {.name = "time-attr", .argument = "METRIC",
     .meaning = "the program's own counter, such as epoch, by which schedulers measure progress",
     .default_text = "training_iteration, the count of results",
     .group = "execution", .where = kRun, .set = time_attr},
    {.name = "ok-status", .argument = "N,M,...",
     .meaning = "exit statuses of the program that mean success, besides 0",
     .group = "execution", .where = kRun, .set = for_program},
    {.name = "tty",
     .meaning = "give the program a terminal as standard output, so that it prints each line at once",
     .group = "execution", .where = kRun, .set = for_program},
    {.name = "cold",
     .meaning = "start every trial in a new interpreter, instead of one that has already imported the first trial's libraries",
     .group = "execution", .where = kRun, .set = for_program},
    {.name = "log", .argument = "A,B,...",
     .meaning = "loggers, or none", .default_text = "console,csv,json,tensorboard",
     .group = "execution", .completes = Completes::logger, .where = kAnyRun, .set = loggers},
    {.name = "log", .argument = "A,B,...",
     .meaning = "loggers of stored experiments: csv, json, tensorboard", .default_text = "none",
     .group = "execution", .completes = Completes::logger, .where = simulate, .set = loggers},

    {.name = "notify", .argument = "COMMAND",
     .meaning = "start it when something happens: the event is on its standard input as JSON, and in LUTHIER_EVENT, LUTHIER_EXPERIMENT and LUTHIER_MESSAGE; no shell runs it",
     .group = "notifications", .where = kController, .again = true, .set = notify},
    {.name = "notify-on", .argument = "A,B,...",
     .meaning = "what to notify of: done, failed, improved, stalled, low_disk",
     .default_text = "done,failed,stalled,low_disk",
     .group = "notifications", .completes = Completes::words,
     .words = "done failed improved stalled low_disk",
     .where = kController, .again = true, .set = notify_on},
    {.name = "notify-stalled", .argument = "TIME",
     .meaning = "time without a result that counts as a stall",
     .default_text = "3 times the longest time between two so far, at least 10m",
     .group = "notifications", .where = kController, .again = true,
     .set = duration<&NotifyOptions::stalled_s>},
    {.name = "notify-low-disk", .argument = "BYTES",
     .meaning = "free space below which the disk is low", .default_text = "1GB",
     .group = "notifications", .where = kController, .again = true, .set = notify_low_disk},

    {.name = "from", .argument = "BUNDLE",
     .meaning = "run the experiment of a bundle again and check that the results are the same; exit code 1 if not",
     .group = "again", .completes = Completes::file, .where = bundle},
    {.name = "tolerance", .argument = "SHARE",
     .meaning = "with --from: how much metrics may differ, relative", .default_text = "0, not at all",
     .group = "again", .where = bundle, .set = tolerance},
    {.name = "benchmark", .argument = "FILE.json",
     .meaning = "with --from: the path of a simulated experiment's table on this machine",
     .group = "again", .completes = Completes::file, .where = bundle, .set = table_of_bundle},

    {.name = "verbose", .letter = 'v', .meaning = "say more",
     .group = "execution", .where = kController, .set = verbosity<2>},
    {.name = "quiet", .letter = 'q', .meaning = "print only failures and the outcome",
     .group = "execution", .where = kController, .set = verbosity<0>},
    {.name = "plain", .meaning = "lines instead of a live table",
     .group = "execution", .where = kController, .set = on<&ExperimentRequest::plain>},
    {.name = "json", .meaning = "print the outcome as JSON",
     .group = "execution", .where = kController | simulate},
    {.name = "dry-run",
     .meaning = "check everything, print the resolved experiment as JSON, run nothing",
     .group = "execution", .where = run | bundle},
};
// clang-format on

// The rows that may stand in one of `kPlaces`.
template <unsigned kPlaces>
constexpr auto kStanding = [] {
  constexpr auto kStands = [](const Option& option) { return option.stands(kPlaces); };
  std::array<Option, static_cast<std::size_t>(std::ranges::count_if(kTable, kStands))> options;
  std::ranges::copy_if(kTable, options.begin(), kStands);
  return options;
}();

}  // namespace

std::span<const Option> options_of_run() {
  return kStanding<run | bundle>;
}
std::span<const Option> options_of_resume() {
  return kStanding<resume>;
}
std::span<const Option> options_of_extend() {
  return kStanding<resume | extend>;
}
std::span<const Option> options_of_simulate() {
  return kStanding<simulate>;
}

std::span<const Option> file_settings() {
  return kStanding<file>;
}

}  // namespace luthier::cli

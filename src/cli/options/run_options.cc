#include "cli/options/run_options.h"

#include <algorithm>
#include <array>

#include "cli/options/run_settings.h"

namespace luthier::cli {
namespace {

using namespace settings;  // NOLINT: the table is these names

using Apply = Result<> (*)(RunRequest& request, const Setting& setting);

struct RunOption {
  Option option;
  Apply apply = nullptr;  // null: an option of the session
};

constexpr std::array kRunOptions = {
    RunOption{{.name = "name",
               .argument = "NAME",
               .meaning = "of the experiment (default: the program's name and the time)",
               .group = "experiment"},
              name},
    RunOption{{.name = "results",
               .argument = "DIR",
               .meaning = "where experiments are kept (default: luthier-results)",
               .group = "experiment",
               .completes = Completes::directory}},
    RunOption{{.name = "store",
               .argument = "file|memory",
               .meaning = "memory leaves nothing on disk (default: file)",
               .group = "experiment",
               .completes = Completes::words,
               .words = "file memory"},
              store},
    RunOption{kDurability},
    RunOption{{.name = "seed",
               .argument = "N",
               .meaning = "the same seed gives the same draws (default: 0)",
               .group = "experiment"},
              seed},
    RunOption{{.name = "deterministic",
               .argument = "L",
               .meaning = "suggestion k sees results of trials 0 to k-L only, so searches repeat "
                          "with up to L jobs (default: 0, off)",
               .group = "experiment"},
              count<&ExperimentSpec::deterministic, 0>},
    RunOption{{.name = "tag",
               .argument = "KEY=VALUE",
               .meaning = "a note kept with the experiment",
               .group = "experiment",
               .repeatable = true},
              tag},
    RunOption{
        {.name = "param",
         .letter = 'p',
         .argument = "NAME=DISTRIBUTION",
         .meaning = "a parameter: uniform(a, b), loguniform(a, b), randint(a, b), choice(...), "
                    "grid(...), ... and perhaps 'if CONDITION'",
         .group = "space",
         .repeatable = true},
        parameter},
    RunOption{{.name = "constraint",
               .argument = "CONDITION",
               .meaning = "what every configuration must satisfy, such as 'a < b'",
               .group = "space",
               .repeatable = true},
              constraint},
    RunOption{
        {.name = "points",
         .argument = "FILE",
         .meaning = "configurations to try first: JSON objects, one a line or in a list, bare "
                    "or as best --json and trials --json print them",
         .group = "space",
         .repeatable = true,
         .completes = Completes::file},
        points},
    RunOption{{.name = "known",
               .argument = "FILE|EXPERIMENT",
               .meaning = "results the searcher learns from and that never run again: lines of "
                          "{\"config\": ..., \"metrics\": ...}, a CSV export, or an experiment",
               .group = "space",
               .repeatable = true,
               .completes = Completes::file},
              known},
    RunOption{{.name = "min",
               .argument = "METRIC",
               .meaning = "minimise it",
               .group = "objective",
               .repeatable = true},
              objective<Mode::min>},
    RunOption{{.name = "max",
               .argument = "METRIC",
               .meaning = "maximise it",
               .group = "objective",
               .repeatable = true},
              objective<Mode::max>},
    RunOption{
        {.name = "stop",
         .argument = "RULE",
         .meaning = "end a trial when 'loss < 0.1' or plateau:metric=loss,window=4 holds, the "
                    "experiment with experiment_plateau:...",
         .group = "objective",
         .repeatable = true},
        stop},
    RunOption{
        {.name = "score",
         .argument = "best|last|mean:K",
         .meaning = "what a trial is ranked by: its best result, its last one, or the mean of "
                    "its last K (default: best)",
         .group = "objective"},
        score},
    RunOption{{.name = "samples",
               .letter = 'n',
               .argument = "N",
               .meaning = "draws for each cell of the grid; 0: until something else ends it "
                          "(default: 1)",
               .group = "budget"},
              count<&ExperimentSpec::samples, 0>},
    RunOption{{.name = "time",
               .argument = "TIME",
               .meaning = "of the whole experiment, such as 90s, 15m or 2h (default: no limit)",
               .group = "budget"},
              duration<&ExperimentSpec::time_budget_s>},
    RunOption{{.name = "iterations",
               .argument = "N",
               .meaning = "a trial is completed after this many results (default: when it returns)",
               .group = "budget"},
              count<&ExperimentSpec::iterations, 0>},
    RunOption{
        {.name = "max-failures",
         .argument = "N",
         .meaning = "more failed trials than this end the experiment (default: no limit, but it "
                    "is interrupted when the first 3 fail alike)",
         .group = "budget"},
        count<&ExperimentSpec::max_failures, 0>},
    RunOption{kJobs},
    RunOption{{.name = "searcher",
               .argument = "NAME[:K=V,...]",
               .meaning = "what proposes configurations; 'luthier plugins' lists them (default: "
                          "auto)",
               .group = "algorithms",
               .completes = Completes::searcher},
              plugin<&ExperimentSpec::searcher>},
    RunOption{{.name = "scheduler",
               .argument = "NAME[:K=V,...]",
               .meaning = "what stops hopeless trials early (default: fifo, which stops none)",
               .group = "algorithms",
               .completes = Completes::scheduler},
              plugin<&ExperimentSpec::scheduler>},
    RunOption{{.name = "plugin",
               .argument = "LIB.so",
               .meaning = "load own searchers and schedulers from a library",
               .group = "algorithms",
               .repeatable = true,
               .completes = Completes::file}},
    RunOption{{.name = "cpu",
               .argument = "AMOUNT",
               .meaning = "processors a trial needs, a number or expr(...) (default: 1)",
               .group = "trials"},
              own_resource<'c'>},
    RunOption{{.name = "gpu",
               .argument = "AMOUNT",
               .meaning = "gpus a trial needs, such as 1, 0.5 or expr(...) (default: 0)",
               .group = "trials"},
              own_resource<'g'>},
    RunOption{{.name = "memory",
               .argument = "BYTES",
               .meaning = "a trial's limit, such as 2GiB (default: none)",
               .group = "trials"},
              memory},
    RunOption{{.name = "resource",
               .argument = "NAME=AMOUNT",
               .meaning = "another resource a trial needs",
               .group = "trials",
               .repeatable = true},
              resource},
    RunOption{kCpus},
    RunOption{kGpus},
    RunOption{kInventory},
    RunOption{{.name = "retries",
               .argument = "N",
               .meaning = "failures of a trial that are forgiven (default: 0)",
               .group = "trials"},
              count<&ExperimentSpec::retries, 0>},
    RunOption{{.name = "trial-timeout",
               .argument = "TIME",
               .meaning = "of one attempt (default: none)",
               .group = "trials"},
              duration<&ExperimentSpec::trial_timeout_s>},
    RunOption{{.name = "grace",
               .argument = "TIME",
               .meaning = "between asking a trial to leave and killing it (default: 10s)",
               .group = "trials"},
              duration<&ExperimentSpec::grace_s>},
    RunOption{{.name = "checkpoint-every",
               .argument = "N",
               .meaning = "results from one checkpoint to the next (default: only when a scheduler "
                          "asks)",
               .group = "trials"},
              count<&ExperimentSpec::checkpoint_every, 0>},
    RunOption{{.name = "checkpoint-at-end",
               .meaning = "save a checkpoint when a trial is stopped",
               .group = "trials"},
              checkpoint_at_end},
    RunOption{{.name = "keep-checkpoints",
               .argument = "N[:best]",
               .meaning = "of each trial, the latest or the best; 0: all (default: 1)",
               .group = "trials"},
              keep_checkpoints},
    RunOption{{.name = "executor",
               .argument = "NAME[:K=V,...]",
               .meaning = "what runs trials (default: process)",
               .group = "execution",
               .completes = Completes::words,
               .words = "process ray"},
              executor},
    RunOption{{.name = "python",
               .argument = "MODULE:NAME",
               .meaning = "a Python function or class as the trial, with executor ray",
               .group = "execution"},
              python},
    RunOption{{.name = "trainable",
               .argument = "LIB.so",
               .meaning = "a C++ function or class of a library as the trial, with executor ray",
               .group = "execution",
               .completes = Completes::file},
              trainable},
    RunOption{kCluster},
    RunOption{{.name = "metric-regex",
               .argument = "REGEX",
               .meaning = "finds metrics in the output: one group (the objective), named groups, "
                          "or two (name, value)",
               .group = "execution"},
              metric_regex},
    RunOption{
        {.name = "metric-file",
         .argument = "GLOB",
         .meaning = "files of the trial's directory with its results: CSV, JSON, TensorBoard, "
                    "MLflow (default: metrics.* and results.*)",
         .group = "execution",
         .repeatable = true},
        metric_file},
    RunOption{{.name = "time-attr",
               .argument = "METRIC",
               .meaning = "the program's own counter, such as epoch, which schedulers go by "
                          "(default: training_iteration, the count of results)",
               .group = "execution"},
              time_attr},
    RunOption{{.name = "ok-status",
               .argument = "N,M,...",
               .meaning = "exit statuses of the program that are success, beside 0",
               .group = "execution"},
              ok_status},
    RunOption{
        {.name = "tty",
         .meaning = "the program's standard output is a terminal, so that it prints each line "
                    "at once",
         .group = "execution"},
        tty},
    RunOption{{.name = "cold",
               .meaning = "every trial imports Python's libraries by itself, instead of beginning "
                          "with those of the first one imported",
               .group = "execution"},
              cold},
    RunOption{{.name = "log",
               .argument = "A,B,...",
               .meaning = "loggers, or none (default: console,csv,json,tensorboard)",
               .group = "execution",
               .completes = Completes::logger},
              loggers},
    RunOption{{.name = "from",
               .argument = "BUNDLE",
               .meaning = "run the experiment of a bundle again and say whether it comes out the "
                          "same; exit code 1 when it does not",
               .group = "again",
               .completes = Completes::file}},
    RunOption{{.name = "tolerance",
               .argument = "SHARE",
               .meaning = "with --from: how far metrics may deviate, relative (default: 0, not at "
                          "all)",
               .group = "again"}},
    RunOption{{.name = "benchmark",
               .argument = "FILE.json",
               .meaning = "with --from: where the table of a simulated experiment is here",
               .group = "again",
               .completes = Completes::file}},
    RunOption{kVerbose},
    RunOption{kQuiet},
    RunOption{kPlain},
    RunOption{{.name = "json", .meaning = "print the outcome as JSON", .group = "execution"}},
    RunOption{{.name = "dry-run",
               .meaning = "check everything, print the resolved experiment as JSON, run nothing",
               .group = "execution"}}};

constexpr auto kPlainOptions = [] {
  std::array<Option, kRunOptions.size()> options;
  std::ranges::transform(kRunOptions, options.begin(), &RunOption::option);
  return options;
}();

const RunOption& row(std::string_view name) {
  return *std::ranges::find(
      kRunOptions, name, [](const RunOption& each) { return each.option.name; });
}

}  // namespace

Result<> apply(RunRequest& request, const Setting& setting) {
  if (const Apply own = row(setting.name).apply) {
    return own(request, setting);
  }
  const auto set = set_session_option(request.session, setting.name, setting.value);
  return set ? Result<>() : Result<>(set.error());
}

std::span<const Option> run_options() {
  return kPlainOptions;
}

const Option* find_run_option(std::string_view name) {
  const auto* const found = std::ranges::find(kPlainOptions, name, &Option::name);
  return found == kPlainOptions.end() ? nullptr : &*found;
}

}  // namespace luthier::cli

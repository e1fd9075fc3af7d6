// ExperimentSpec: everything that defines an experiment and is written into its log, so that
// resume, replay and a rerun need nothing else (but the training code itself).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luthier/error.h"
#include "luthier/known_result.h"
#include "luthier/prior.h"
#include "luthier/space.h"
#include "luthier/trial.h"
#include "luthier/value.h"

namespace luthier {

// A searcher or scheduler by name with its options: "asha:max_t=81,grace_period=3".
struct PluginSpec {
  std::string name;
  NamedValues options = {};
  friend bool operator==(const PluginSpec&, const PluginSpec&) = default;
};
Result<PluginSpec> parse_plugin_spec(std::string_view text);
std::string to_text(const PluginSpec& spec);

// When to end a trial or the experiment, besides the scheduler.
struct StopRule {
  // `condition`: an expression over the metrics of a result, "loss < 0.1"; the trial then counts as
  // completed. `plateau`: the best of the last `window` results of a trial improved by less than
  // `tolerance`. `experiment_plateau`: the same over the best of the experiment, window in trials.
  enum class Kind : std::uint8_t { condition, plateau, experiment_plateau } kind = Kind::condition;
  std::string text;         // as written by the user; the canonical form
  std::string metric = {};  // plateau kinds
  std::int64_t window = 0;
  double tolerance = 0;
  friend bool operator==(const StopRule&, const StopRule&) = default;
};
// "loss < 0.1", "plateau:metric=loss,window=4,tolerance=0.01", "experiment_plateau:..."
// `known`: metrics that may stand in the text as they are, "val/loss" as well as "loss"; any other
// name that is not made of letters, digits, '_' and '.' stands in backquotes.
Result<StopRule> parse_stop_rule(std::string_view text, std::span<const std::string> known = {});

// A condition over the metrics of a result and the parameters, "latency_ms < 200". A trial that
// does not meet it is infeasible and ranks after every one that does.
struct Requirement {
  std::string text;  // the canonical form
  friend bool operator==(const Requirement&, const Requirement&) = default;
};
// `known`: as for parse_stop_rule; the parameters too.
Result<Requirement> parse_requirement(std::string_view text,
                                      std::span<const std::string> known = {});

enum class KeepBy : std::uint8_t { latest, best };

// The number that a trial is ranked by: for searchers, the best trial, the Pareto front and tables.
// Schedulers compare what trials report, as their papers say.
struct Score {
  enum class Kind : std::uint8_t {
    best,   // of its best result: the least loss of the first objective, then of the others
    last,   // of its last result
    mean,   // the mean of its last `window` results
    mixed,  // what a log without a score means: searchers and fronts take the last result, the rest
            // the best; never written
  } kind = Kind::best;
  std::int64_t window = 0;  // mean
  friend bool operator==(const Score&, const Score&) = default;
};
Result<Score> parse_score(std::string_view text);  // "best", "last", "mean:5"
std::string to_text(const Score& score);

struct ExperimentSpec {
  std::string name;
  Space space;
  std::vector<Objective> objectives;  // at least one
  PluginSpec searcher{"auto"};
  PluginSpec scheduler{"fifo"};
  std::uint64_t seed = 0;
  // Configurations to try first; may be partial. All of them run, beyond `samples` if there are
  // more.
  std::vector<Config> points = {};

  std::int64_t samples = 1;     // draws for each cell of the grid; 0: until something else ends it
  double time_budget_s = 0;     // of all controllers together; 0: none
  std::int64_t iterations = 0;  // a trial is completed after so many; 0: when it returns
  std::vector<StopRule> stop = {};
  // Failed trials that end the experiment. -1: the first three that fail alike, before any trial
  // gave a value, interrupt it, and nothing else does.
  std::int64_t max_failures = -1;
  std::int64_t retries = 0;    // failures of one trial that are forgiven
  double retry_delay_s = 1;    // before the first retry; doubles with each
  double trial_timeout_s = 0;  // of one attempt; 0: none
  double grace_s = 10;         // between asking an attempt to leave and killing it
  // What a trial needs: "cpu", "gpu", "memory" (bytes) or a custom name -> a number or an
  // expression over the configuration.
  std::vector<std::pair<std::string, std::string>> resources = {{"cpu", "1"}};

  Score score = {};

  std::int64_t checkpoint_every = 0;  // training iterations; 0: only when a scheduler asks
  bool checkpoint_at_end = false;
  std::int64_t keep_checkpoints = 1;  // of each trial; 0: all
  KeepBy keep_by = KeepBy::latest;

  // The programs' own counter, such as "epoch": what schedulers read as time unless they are told
  // otherwise; empty: the count of results.
  std::string time_attr = {};

  std::int64_t deterministic = 0;  // L > 0: suggestion k sees results of trials 0 .. k-L only
  std::string executor = "in_process";
  std::vector<std::string> command = {};  // executor process: the program and its arguments
  std::vector<std::pair<std::string, std::string>> executor_options = {};  // e.g. metric_regex
  std::vector<std::string> loggers = {};
  std::vector<std::pair<std::string, std::string>> tags = {};
  std::vector<KnownResult> known = {};
  std::string working_directory = {};  // where programs are started; empty: not recorded
  std::vector<Requirement> require = {};
  std::vector<Prior> prior = {};
  std::vector<RelatedTask> related = {};
};

std::vector<std::string> metrics_of(const ExperimentSpec& spec);  // of the objectives
std::string to_json(const ExperimentSpec& spec);  // canonical: fixed key order, every field
Result<ExperimentSpec> parse_experiment_spec(std::string_view json);

}  // namespace luthier

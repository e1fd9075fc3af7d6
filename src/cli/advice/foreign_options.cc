#include "cli/advice/foreign_options.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/format.h"
#include "tuner/foreign_names.h"

namespace luthier::cli {
namespace {

using enum ForeignKind;

constexpr std::array kRows = {ForeignOption{"n-trials", renamed, "samples"},
                              ForeignOption{"num-trials", renamed, "samples"},
                              ForeignOption{"ntrials", renamed, "samples"},
                              ForeignOption{"trials", renamed, "samples"},
                              ForeignOption{"max-trials", renamed, "samples"},
                              ForeignOption{"max-trial-number", renamed, "samples"},
                              ForeignOption{"trial-count", renamed, "samples"},
                              ForeignOption{"num-samples", renamed, "samples"},
                              ForeignOption{"n-samples", renamed, "samples"},
                              ForeignOption{"sample", renamed, "samples"},
                              ForeignOption{"max-evals", renamed, "samples"},
                              ForeignOption{"n-calls", renamed, "samples"},
                              ForeignOption{"n-iter", renamed, "samples"},
                              ForeignOption{"runs", renamed, "samples"},
                              ForeignOption{"count", renamed, "samples"},
                              ForeignOption{"budget", renamed, "samples"},
                              ForeignOption{"n-jobs", renamed, "jobs"},
                              ForeignOption{"num-jobs", renamed, "jobs"},
                              ForeignOption{"workers", renamed, "jobs"},
                              ForeignOption{"num-workers", renamed, "jobs"},
                              ForeignOption{"n-workers", renamed, "jobs"},
                              ForeignOption{"parallel", renamed, "jobs"},
                              ForeignOption{"parallelism", renamed, "jobs"},
                              ForeignOption{"concurrency", renamed, "jobs"},
                              ForeignOption{"trial-concurrency", renamed, "jobs"},
                              ForeignOption{"max-concurrent", renamed, "jobs"},
                              ForeignOption{"max-concurrent-trials", renamed, "jobs"},
                              ForeignOption{"processes", renamed, "jobs"},
                              ForeignOption{"threads", renamed, "jobs"},
                              ForeignOption{"timeout", renamed, "time"},
                              ForeignOption{"time-budget", renamed, "time"},
                              ForeignOption{"time-budget-s", renamed, "time"},
                              ForeignOption{"time-limit", renamed, "time"},
                              ForeignOption{"max-time", renamed, "time"},
                              ForeignOption{"max-duration", renamed, "time"},
                              ForeignOption{"duration", renamed, "time"},
                              ForeignOption{"walltime", renamed, "time"},
                              ForeignOption{"study-name", renamed, "name"},
                              ForeignOption{"study", renamed, "name"},
                              ForeignOption{"experiment-name", renamed, "name"},
                              ForeignOption{"experiment", renamed, "name"},
                              ForeignOption{"exp-name", renamed, "name"},
                              ForeignOption{"run-name", renamed, "name"},
                              ForeignOption{"project", renamed, "name"},
                              ForeignOption{"random-seed", renamed, "seed"},
                              ForeignOption{"random-state", renamed, "seed"},
                              ForeignOption{"rng-seed", renamed, "seed"},
                              ForeignOption{"parameter", renamed, "param"},
                              ForeignOption{"params", renamed, "param"},
                              ForeignOption{"parameters", renamed, "param"},
                              ForeignOption{"space", renamed, "param"},
                              ForeignOption{"search-space", renamed, "param"},
                              ForeignOption{"param-space", renamed, "param"},
                              ForeignOption{"hyperparameter", renamed, "param"},
                              ForeignOption{"hparam", renamed, "param"},
                              ForeignOption{"epochs", renamed, "iterations"},
                              ForeignOption{"max-epochs", renamed, "iterations"},
                              ForeignOption{"max-iterations", renamed, "iterations"},
                              ForeignOption{"max-steps", renamed, "iterations"},
                              ForeignOption{"training-iterations", renamed, "iterations"},
                              ForeignOption{"stop-condition", renamed, "stop"},
                              ForeignOption{"stopping-rule", renamed, "stop"},
                              ForeignOption{"max-trial-time", renamed, "trial-timeout"},
                              ForeignOption{"time-per-trial", renamed, "trial-timeout"},
                              ForeignOption{"max-retries", renamed, "retries"},
                              ForeignOption{"retry", renamed, "retries"},
                              ForeignOption{"cpu-per-trial", renamed, "cpu"},
                              ForeignOption{"cpus-per-trial", renamed, "cpu"},
                              ForeignOption{"gpu-per-trial", renamed, "gpu"},
                              ForeignOption{"gpus-per-trial", renamed, "gpu"},
                              ForeignOption{"trial-gpu-number", renamed, "gpu"},
                              ForeignOption{"num-cpus", renamed, "cpus"},
                              ForeignOption{"num-gpus", renamed, "gpus"},
                              ForeignOption{"points-to-evaluate", renamed, "points"},
                              ForeignOption{"initial-points", renamed, "points"},
                              ForeignOption{"enqueue", renamed, "points"},
                              ForeignOption{"checkpoint-freq", renamed, "checkpoint-every"},
                              ForeignOption{"checkpoint-frequency", renamed, "checkpoint-every"},
                              ForeignOption{"checkpoint-interval", renamed, "checkpoint-every"},
                              ForeignOption{"num-to-keep", renamed, "keep-checkpoints"},
                              ForeignOption{"backend", renamed, "executor"},
                              ForeignOption{"loggers", renamed, "log"},
                              ForeignOption{"callbacks", renamed, "log"},
                              ForeignOption{"regex", renamed, "metric-regex"},
                              ForeignOption{"minimise", renamed, "min"},
                              ForeignOption{"minimize", renamed, "min"},
                              ForeignOption{"maximise", renamed, "max"},
                              ForeignOption{"maximize", renamed, "max"},
                              ForeignOption{"sampler", ForeignKind::searcher, "searcher"},
                              ForeignOption{"search-alg", ForeignKind::searcher, "searcher"},
                              ForeignOption{"search-algorithm", ForeignKind::searcher, "searcher"},
                              ForeignOption{"algorithm", ForeignKind::searcher, "searcher"},
                              ForeignOption{"algo", ForeignKind::searcher, "searcher"},
                              ForeignOption{"method", ForeignKind::searcher, "searcher"},
                              ForeignOption{"strategy", ForeignKind::searcher, "searcher"},
                              ForeignOption{"tuner", ForeignKind::searcher, "searcher"},
                              ForeignOption{"suggest", ForeignKind::searcher, "searcher"},
                              ForeignOption{"pruner", ForeignKind::scheduler, "scheduler"},
                              ForeignOption{"assessor", ForeignKind::scheduler, "scheduler"},
                              ForeignOption{"early-stopping", ForeignKind::scheduler, "scheduler"},
                              ForeignOption{"early-stop", ForeignKind::scheduler, "scheduler"},
                              ForeignOption{"early-terminate", ForeignKind::scheduler, "scheduler"},
                              ForeignOption{"stopper", ForeignKind::scheduler, "scheduler"},
                              ForeignOption{"storage", place, "results"},
                              ForeignOption{"storage-path", place, "results"},
                              ForeignOption{"local-dir", place, "results"},
                              ForeignOption{"output", place, "results"},
                              ForeignOption{"output-dir", place, "results"},
                              ForeignOption{"outdir", place, "results"},
                              ForeignOption{"out-dir", place, "results"},
                              ForeignOption{"save-dir", place, "results"},
                              ForeignOption{"logdir", place, "results"},
                              ForeignOption{"log-dir", place, "results"},
                              ForeignOption{"dir", place, "results"},
                              ForeignOption{"db", place, "results"},
                              ForeignOption{"max-t", halving, "max_t"},
                              ForeignOption{"max-resource", halving, "max_t"},
                              ForeignOption{"grace-period", halving, "grace_period"},
                              ForeignOption{"min-resource", halving, "grace_period"},
                              ForeignOption{"reduction-factor", halving, "reduction_factor"},
                              ForeignOption{"eta", halving, "reduction_factor"},
                              ForeignOption{"metric", ForeignKind::metric, ""},
                              ForeignOption{"objective", ForeignKind::metric, ""},
                              ForeignOption{"objective-metric", ForeignKind::metric, ""},
                              ForeignOption{"monitor", ForeignKind::metric, ""},
                              ForeignOption{"target-metric", ForeignKind::metric, ""},
                              ForeignOption{"mode", direction, ""},
                              ForeignOption{"direction", direction, ""},
                              ForeignOption{"directions", direction, ""},
                              ForeignOption{"goal", direction, ""},
                              ForeignOption{"optimize-mode", direction, ""},
                              ForeignOption{"config", file, ""},
                              ForeignOption{"config-file", file, ""},
                              ForeignOption{"file", file, ""},
                              ForeignOption{"command", program, ""},
                              ForeignOption{"cmd", program, ""},
                              ForeignOption{"script", program, ""},
                              ForeignOption{"program", program, ""},
                              ForeignOption{"executable", program, ""},
                              ForeignOption{"trial-command", program, ""}};

// "sqlite:///study.db" is a place called study.
std::string place_of(const std::string& value) {
  const auto scheme = value.find("://");
  if (scheme == std::string::npos) {
    return value;
  }
  const auto begin = value.find_first_not_of('/', scheme + 3);
  const std::filesystem::path path = begin == std::string::npos ? "" : value.substr(begin);
  return path.stem().empty() ? "luthier-results" : path.stem().string();
}

std::string algorithm_of(AlgorithmKind kind, const std::string& value) {
  const auto colon = value.find(':');
  const auto meant = meant_algorithm(kind, value.substr(0, colon));
  const bool same = meant && meant->kind == kind;
  return same ? meant->name + (colon == std::string::npos ? "" : value.substr(colon)) : value;
}

}  // namespace

std::optional<ForeignOption> foreign_option(std::string_view name) {
  std::string spelling(name);
  std::ranges::replace(spelling, '_', '-');
  const auto* const row = std::ranges::find(kRows, spelling, &ForeignOption::theirs);
  return row == kRows.end() ? std::nullopt : std::optional(*row);
}

std::vector<std::string> spelled_here(const ForeignOption& option, const std::string& value) {
  const std::string ours = "--" + std::string(option.ours);
  switch (option.kind) {
    case ForeignKind::searcher:
      return {ours, algorithm_of(AlgorithmKind::searcher, value)};
    case ForeignKind::scheduler:
      return {ours, algorithm_of(AlgorithmKind::scheduler, value)};
    case place:
      return {ours, place_of(value)};
    case halving:
      return {"--scheduler", formatted("asha:{}={}", option.ours, value)};
    case file:
      return {value};
    default:
      return {ours, value};
  }
}

std::string_view direction_of(std::string_view word) {
  constexpr std::array<std::string_view, 6> kMax = {
      "max", "maximize", "maximise", "higher", "increase", "up"};
  constexpr std::array<std::string_view, 6> kMin = {
      "min", "minimize", "minimise", "lower", "decrease", "down"};
  const bool maximises = std::ranges::find(kMax, word) != kMax.end();
  const bool minimises = std::ranges::find(kMin, word) != kMin.end();
  return maximises ? "max" : minimises ? "min" : "";
}

}  // namespace luthier::cli

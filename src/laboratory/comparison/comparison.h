// Comparison: experiments' curves in, statistics out. Groups of experiments that differ in their
// seed alone are summarised (median, quartiles, bootstrap band), ranked within matched blocks of
// equal benchmark, task and seed, and tested pairwise. docs/comparing.md says what each number is.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "laboratory/comparison/experiment_curve.h"
#include "laboratory/comparison/statistics/bootstrap.h"
#include "luthier/error.h"

namespace luthier {

// What the numbers of a comparison are.
enum class Measure : std::uint8_t {
  objective,        // one task, no optimum known: the objective itself
  regret,           // one task: distance to the optimum
  relative_regret,  // several tasks: regret / the task's median regret after a first result
  rank,             // several tasks, some optimum unknown: mean rank within blocks
};
std::string_view to_text(Measure measure);

// A difference counts when its corrected p is at most this.
inline constexpr double kSignificance = 0.05;
// Fewer values than this have no 95% band: the lowest and highest of n hold the median with
// probability 1 - 2^(1-n).
inline constexpr std::size_t kFewestForBand = 6;

struct ComparisonOptions {
  std::vector<std::string> by = {};    // see grouping.h
  std::optional<double> optimum = {};  // of every experiment; else their tag "optimum"
  std::optional<Budget> budget = {};   // that the curves were read with; for the notes
};

struct CurveStep {
  double at = 0;  // trials, seconds or iterations
  Spread spread;  // of what the measure says; +infinity (-, maximised) before a first result
};

struct GroupSummary {
  std::string label;
  std::vector<std::size_t> members;  // indices of the experiments compared
  std::vector<double> finals;        // of each member, by the measure (rank: of each block)
  Spread final;
  std::optional<double> mean_rank;  // over blocks that all groups have
  double trials = 0;                // medians of what was spent
  double time_s = 0;
  double resource = 0;
  std::array<std::vector<CurveStep>, kCurveAxes> curves;
};

// Final regret or objective on one task, by group; nothing where a group has no experiment.
struct TaskSummary {
  std::string label;
  std::optional<double> optimum;
  std::vector<std::optional<Spread>> groups;
};

struct PairSummary {
  std::size_t first = 0;  // groups
  std::size_t second = 0;
  std::int64_t pairs = 0;  // matched
  std::int64_t wins = 0;   // of the first
  std::int64_t ties = 0;
  std::int64_t losses = 0;
  // First against second: the median of the pairs' differences, or with relative_regret of their
  // ratios; with its band. Nothing with rank, or without pairs.
  std::optional<Spread> effect;
  double p = 1;
  double corrected_p = 1;
  bool exact = true;
  std::optional<std::size_t> better;  // the group that is, with significance
};

struct ComparisonReport {
  Objective objective;
  Measure measure = Measure::objective;
  std::optional<Budget> budget;
  std::vector<ExperimentCurve> experiments;
  std::vector<GroupSummary> groups;
  std::vector<TaskSummary> tasks;  // at least one
  std::vector<PairSummary> pairs;
  // What each experiment had found, by the measure, whenever that improved. With rank: nothing.
  std::vector<std::vector<BestPoint>> singles;
  std::int64_t blocks = 0;            // that all groups have; ranks are over these
  std::vector<std::string> warnings;  // sentences: what these numbers can't say
  std::vector<std::string> notes;     // sentences: how they were made
};

// Errors, invalid_argument: no experiment, different objectives, contradicting optima, an optimum
// that an experiment surpassed, a tag of `by` that is missing.
Result<ComparisonReport> compare(std::vector<ExperimentCurve> experiments,
                                 const ComparisonOptions& options = {});

// "regret of loss", as axes and headings call it.
std::string value_name(const ComparisonReport& comparison);

}  // namespace luthier

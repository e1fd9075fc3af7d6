// Importance: which parameters of a stored experiment matter for a metric, and how sure that is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "laboratory/importance/counted_trials.h"
#include "laboratory/importance/importance_sample.h"

namespace luthier {

enum class ImportanceMethod : std::uint8_t { fanova, ped_anova };
std::string_view to_text(ImportanceMethod method);
Result<ImportanceMethod> parse_importance_method(const std::string& text);

struct ImportanceOptions {
  ImportanceMethod method = ImportanceMethod::fanova;
  TrialChoice trials = {};
  std::uint64_t seed = 0;
  bool pairs = false;  // interactions of every two parameters; fanova only
};

struct ParameterImportance {
  std::string parameter;
  Share share;
  std::int64_t active = 0;  // counted trials that had a value of it
  std::string good = {};    // values where the metric is good; empty: none stand out
};
struct PairImportance {
  std::string first;
  std::string second;
  Share share;
};

struct ImportanceReport {
  std::string experiment;
  Objective metric;
  bool objective = false;
  ImportanceMethod method = ImportanceMethod::fanova;
  std::uint64_t seed = 0;
  std::int64_t selected = 0;
  std::int64_t counted = 0;
  std::optional<std::int64_t> iteration;  // where trials were compared; nothing: at their end
  LeftOut left_out;

  // A sentence: why the parameters are not ranked; empty: they are.
  std::string reason;
  std::vector<ParameterImportance> parameters;  // the most important first
  std::vector<PairImportance> pairs;            // likewise

  // fanova
  std::optional<double> explained;     // out-of-bag R^2 of the forest
  std::optional<double> interactions;  // the share that no parameter explains alone
  // ped_anova
  std::optional<std::int64_t> best_trials;
  std::optional<double> chance;  // how often a choice by chance is set apart as much
};

// Fewer trials are not ranked, nor is what a forest that explains less was learned from.
inline constexpr std::int64_t kFewestTrials = 20;
inline constexpr double kLeastExplained = 0.1;
inline constexpr double kMostChance = 0.02;

// A function of the trials and the options alone.
Result<ImportanceReport> importance_of(const CountedTrials& trials,
                                       const ImportanceOptions& options);
// invalid_argument: an option is wrong. Others are those of open_trial_table.
Result<ImportanceReport> read_importance(const std::filesystem::path& directory,
                                         const ImportanceOptions& options);

}  // namespace luthier

#include "cli/commands/reading/compared.h"

#include <algorithm>
#include <cmath>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "tuner/assembly.h"
#include "tuner/stored/experiment_names.h"

namespace luthier::cli {
namespace {

// "time=10m", "trials=50"
Result<Budget> parse_budget(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) {
    return failure(ErrorCode::invalid_argument,
                   "--at is '{}'; it must be of the form AXIS=AMOUNT, such as time=10m",
                   text);
  }
  const auto axis = parse_axis("--at", text.substr(0, equals));
  if (!axis) {
    return axis.error();
  }
  const std::string amount = text.substr(equals + 1);
  if (*axis == CurveAxis::time) {
    const auto seconds = parse_duration("--at", amount);
    if (seconds && !(*seconds > 0)) {
      return failure(ErrorCode::invalid_argument, "--at is '{}'; it must be above 0", text);
    }
    return seconds ? Result<Budget>(Budget{*axis, *seconds}) : seconds.error();
  }
  const auto count = parse_count("--at", amount, 1);
  return count ? Result<Budget>(Budget{*axis, static_cast<double>(*count)}) : count.error();
}

Result<ExperimentCurve> read_curve(const std::filesystem::path& directory,
                                   const std::optional<Budget>& budget) {
  CurveReader reader(budget);
  Result<> taken;
  const auto state = read_state(
      directory, [&](const Event& event) { taken = taken ? reader.take(event) : taken; });
  if (!state || !taken) {
    return state ? taken.error() : state.error();
  }
  return std::move(reader).curve();
}

}  // namespace

Result<CurveAxis> parse_axis(const std::string& option, const std::string& word) {
  if (word == "time") {
    return CurveAxis::time;
  }
  if (word == "trials") {
    return CurveAxis::trials;
  }
  if (word == "resource") {
    return CurveAxis::resource;
  }
  return failure(ErrorCode::invalid_argument,
                 "{}: {}",
                 option,
                 unknown_name("axis", word, split(kAxisWords, ' ')));
}

Result<ComparisonOptions> comparison_options(const Arguments& arguments,
                                             std::span<const std::string> names) {
  ComparisonOptions options;
  for (const std::string& key : arguments.all("by")) {
    if (std::ranges::find(options.by, key) == options.by.end()) {
      options.by.push_back(key);
    }
  }
  std::vector<std::string> problems;
  if (names.empty() && options.by.empty()) {
    problems.emplace_back(
        "nothing to compare; name experiments, or --by scheduler, searcher, jobs, experiment or a "
        "tag for all in --results");
  }
  if (const auto text = arguments.text("optimum")) {
    options.optimum = parse_number(*text);
    if (!options.optimum || !std::isfinite(*options.optimum)) {
      problems.push_back(formatted("--optimum is '{}'; it must be a finite number", *text));
    }
  }
  if (const auto text = arguments.text("at")) {
    const auto budget = parse_budget(*text);
    budget ? void(options.budget = *budget) : problems.push_back(budget.error().message);
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return options;
}

Result<Compared> compared_experiments(const Arguments& arguments,
                                      std::span<const std::string> names) {
  const auto results = results_directory(arguments);
  Compared compared{.named = !names.empty()};
  for (const auto& name : names) {
    LUTHIER_TAKE(auto found, look_up_experiment(results, name));
    const auto is_same = [&](const std::filesystem::path& other) {
      std::error_code ignored;
      return std::filesystem::equivalent(found, other, ignored);
    };
    if (std::ranges::none_of(compared.directories, is_same)) {
      compared.directories.push_back(std::move(found));
    }
  }
  if (!compared.named) {
    compared.directories = list_experiments(results);
  }
  if (compared.directories.empty()) {
    return failure(
        ErrorCode::not_found,
        "no experiments in {} to compare; name a directory that holds some with --results",
        results.string());
  }
  return compared;
}

Result<std::vector<ExperimentCurve>> read_curves(Compared& experiments,
                                                 const std::optional<Budget>& budget) {
  std::vector<ExperimentCurve> curves;
  std::vector<std::filesystem::path> readable;
  Error trouble;
  for (const auto& directory : experiments.directories) {
    auto curve = read_curve(directory, budget);
    if (!curve && experiments.named) {
      return curve.error();
    }
    if (!curve) {
      talk("left out: " + curve.error().message);
      trouble = curve.error();
      continue;
    }
    curves.push_back(std::move(*curve));
    readable.push_back(directory);
  }
  experiments.directories = std::move(readable);
  return curves.empty() ? Result<std::vector<ExperimentCurve>>(trouble) : std::move(curves);
}

}  // namespace luthier::cli

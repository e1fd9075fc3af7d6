#include "laboratory/importance/importance.h"

#include <algorithm>
#include <cmath>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "laboratory/importance/effect_words.h"
#include "laboratory/importance/fanova.h"
#include "laboratory/importance/ped_anova.h"

namespace luthier {
namespace {

constexpr double kWorthWords = 0.05;  // the least share of a parameter whose good values are named

std::int64_t active_count(const SampledAxis& axis) {
  return std::ranges::count_if(axis.coordinates, [](double x) { return !std::isnan(x); });
}

std::string unfit(const CountedTrials& trials, const ImportanceSample& sample) {
  const auto count = static_cast<std::int64_t>(sample.size());
  if (sample.axes.empty()) {
    return "the space has no parameter that varies";
  }
  if (count < kFewestTrials) {
    return formatted("{} {} for a ranking; at least {} are needed",
                     counted(count, "trial"),
                     count == 1 ? "is too few" : "are too few",
                     kFewestTrials);
  }
  if (std::ranges::minmax(sample.losses).min == std::ranges::minmax(sample.losses).max) {
    return formatted("all {} trials have the same '{}'", count, trials.metric.metric);
  }
  return "";
}

void add_parameters(ImportanceReport& report,
                    const ImportanceSample& sample,
                    const std::vector<Share>& shares,
                    const std::vector<std::vector<double>>& effects,
                    double tolerance) {
  for (std::size_t a = 0; a < sample.axes.size(); ++a) {
    const SampledAxis& axis = sample.axes[a];
    const bool worth = shares[a].value >= kWorthWords;
    report.parameters.push_back({.parameter = axis.parameter,
                                 .share = shares[a],
                                 .active = active_count(axis),
                                 .good = worth ? good_values(axis, effects[a], tolerance) : ""});
  }
  std::ranges::stable_sort(
      report.parameters, std::greater(), [](const auto& each) { return each.share.value; });
}

void add_fanova(ImportanceReport& report,
                const ImportanceSample& sample,
                const ImportanceOptions& options) {
  constexpr double kTolerance = 0.2;
  const Fanova result = fanova(sample, {.seed = options.seed, .pairs = options.pairs});
  report.explained = result.explained;
  if (!(result.explained >= kLeastExplained)) {
    report.reason = formatted(
        "a random forest explains {}% of the variance of '{}' in trials that it has not seen, "
        "which is too little to rank the parameters; more trials or --method ped_anova may help",
        static_cast<std::int64_t>(std::max(0.0, 100 * result.explained)),
        report.metric.metric);
    return;
  }
  report.interactions = result.interactions;
  add_parameters(report, sample, result.main, result.effects, kTolerance);
  for (const PairShare& pair : result.pairs) {
    report.pairs.push_back(
        {sample.axes[pair.first].parameter, sample.axes[pair.second].parameter, pair.share});
  }
  std::ranges::stable_sort(
      report.pairs, std::greater(), [](const auto& each) { return each.share.value; });
}

void add_ped_anova(ImportanceReport& report,
                   const ImportanceSample& sample,
                   const ImportanceOptions& options) {
  constexpr double kTolerance = 0.5;
  const PedAnova result = ped_anova(sample, {.seed = options.seed});
  report.best_trials = static_cast<std::int64_t>(result.best_trials);
  report.chance = result.chance;
  if (result.chance > kMostChance) {
    report.reason = formatted(
        "the best {} trials are spread much as trials chosen by chance are, which is too little to "
        "rank the parameters; more trials may help",
        result.best_trials);
    return;
  }
  add_parameters(report, sample, result.main, result.effects, kTolerance);
}

}  // namespace

std::string_view to_text(ImportanceMethod method) {
  return method == ImportanceMethod::fanova ? "fanova" : "ped_anova";
}

Result<ImportanceMethod> parse_importance_method(const std::string& text) {
  for (const auto method : {ImportanceMethod::fanova, ImportanceMethod::ped_anova}) {
    if (text == to_text(method)) {
      return method;
    }
  }
  const std::vector<std::string> known = {"fanova", "ped_anova"};
  return Error{ErrorCode::invalid_argument, unknown_name("method", text, known)};
}

Result<ImportanceReport> importance_of(const CountedTrials& trials,
                                       const ImportanceOptions& options) {
  if (options.pairs && options.method != ImportanceMethod::fanova) {
    return Error{ErrorCode::invalid_argument,
                 "only fanova knows interactions; leave out pairs or the method"};
  }
  LUTHIER_TAKE(const auto space, CompiledSpace::compile(trials.spec.space));
  const auto sample = importance_sample(space, trials.configs, trials.losses);
  ImportanceReport report{.experiment = trials.spec.name,
                          .metric = trials.metric,
                          .objective = trials.objective,
                          .method = options.method,
                          .seed = options.seed,
                          .selected = trials.selected,
                          .counted = static_cast<std::int64_t>(sample.size()),
                          .iteration = trials.iteration,
                          .left_out = trials.left_out,
                          .reason = unfit(trials, sample)};
  if (report.reason.empty()) {
    (options.method == ImportanceMethod::fanova ? add_fanova : add_ped_anova)(
        report, sample, options);
  }
  return report;
}

Result<ImportanceReport> read_importance(const std::filesystem::path& directory,
                                         const ImportanceOptions& options) {
  LUTHIER_TAKE(const auto trials, count_trials(directory, options.trials));
  return importance_of(trials, options);
}

}  // namespace luthier

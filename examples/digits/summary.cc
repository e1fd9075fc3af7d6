#include "summary.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "digits_model.h"

namespace digits {
namespace {

using luthier::TrialState;
using luthier::TrialSummary;

void print_best(const luthier::ExperimentSummary& outcome) {
  const TrialSummary& best = *outcome.best_trial();
  std::printf(
      "\nbest of %zu trials: %s\n", outcome.trials.size(), luthier::to_text(best.id).c_str());
  for (const auto& [name, value] : best.config) {
    std::printf("  %-13s %s\n", name.c_str(), luthier::to_text(value).c_str());
  }
  std::printf("validation: loss %.4f, accuracy %.4f after %lld epochs\n",
              best.best.number("loss"),
              best.best.number("accuracy"),
              static_cast<long long>(best.best.integer("epoch")));
}

// Of a network trained on training and validation images together.
double test_accuracy(const Data& more,
                     const ModelOptions& model_options,
                     std::int64_t epochs,
                     std::uint64_t weight_seed) {
  DigitsModel model(more, model_options, weight_seed);
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    model.train_epoch();
  }
  return model.test_accuracy();
}

void print_accuracy(const TrialSummary& best, const Data& data, const SummaryOptions& options) {
  const Data more = with_validation_in_training(data);
  const double tuned = test_accuracy(
      more, model_options(best.config), best.best.integer("epoch"), options.weight_seed);
  std::printf("test accuracy of this configuration, trained anew: %.4f on %zu images\n",
              tuned,
              data.test.labels.size());
  std::printf("test accuracy of the default configuration, %lld epochs: %.4f\n",
              static_cast<long long>(options.epochs),
              test_accuracy(more, ModelOptions{}, options.epochs, options.weight_seed));
}

void print_epochs(const luthier::ExperimentSummary& outcome, std::int64_t epochs) {
  std::int64_t trained = 0;
  for (const TrialSummary& trial : outcome.trials) {
    trained += trial.iterations;
  }
  const std::int64_t full = static_cast<std::int64_t>(outcome.trials.size()) * epochs;
  std::printf(
      "epochs trained: %lld of the %lld of full training (%.0f%%); the rest was not needed\n",
      static_cast<long long>(trained),
      static_cast<long long>(full),
      100.0 * static_cast<double>(trained) / static_cast<double>(full));
}

// The best of the trials that were stopped: the hardest decision. nullptr if none was.
const TrialSummary* closest_call(const luthier::ExperimentSummary& outcome) {
  const TrialSummary* closest = nullptr;
  for (const TrialSummary& trial : outcome.trials) {
    if (trial.state == TrialState::stopped && !trial.best.empty() &&
        (closest == nullptr || trial.best.number("loss") < closest->best.number("loss"))) {
      closest = &trial;
    }
  }
  return closest;
}

// As a shell reads it back.
std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string word = "'";
  for (const char c : text) {
    word += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return word + "'";
}

void print_closest_call(const luthier::ExperimentSummary& outcome, const std::string& luthier) {
  const TrialSummary* trial = closest_call(outcome);
  if (trial == nullptr || luthier.empty()) {
    return;
  }
  const auto folder = outcome.directory.parent_path();
  const std::string name = shell_word(outcome.directory.filename().string());
  const std::string where =
      folder == "luthier-results" ? "" : " --results " + shell_word(folder.string());
  const std::string program = shell_word(luthier);
  const std::string explain =
      program + " explain " + name + " " + std::to_string(trial->id.value) + where;
  std::printf("\nthe best of the trials that were stopped early, decision by decision:\n$ %s\n",
              explain.c_str());
  std::fflush(stdout);
  if (std::system(explain.c_str()) != 0) {
    std::printf("this command failed\n");
  }
  std::printf("\nlook around:\n$ %s trials %s --sort loss%s\n$ %s show %s%s\n",
              program.c_str(),
              name.c_str(),
              where.c_str(),
              program.c_str(),
              name.c_str(),
              where.c_str());
}

}  // namespace

void print_summary(const luthier::ExperimentSummary& outcome,
                   const Data& data,
                   const SummaryOptions& options) {
  print_best(outcome);
  print_accuracy(*outcome.best_trial(), data, options);
  print_epochs(outcome, options.epochs);
  print_closest_call(outcome, options.luthier);
  std::printf("the curves for TensorBoard are in %s\n", outcome.directory.c_str());
}

}  // namespace digits

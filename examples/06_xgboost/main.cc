// Gradient-boosted trees through XGBoost's C interface: is the digit odd? Every boosting round is a
// training iteration with the validation AUC, so asha stops poor settings after a few rounds.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <xgboost/c_api.h>

#include "digits_data.h"
#include "luthier/luthier.h"

namespace {

constexpr std::int64_t kRounds = 27;

void check(int status) {
  if (status != 0) {
    throw std::runtime_error(std::string("xgboost: ") + XGBGetLastError());
  }
}

struct FreeMatrix {
  void operator()(void* handle) const { XGDMatrixFree(handle); }
};
struct FreeBooster {
  void operator()(void* handle) const { XGBoosterFree(handle); }
};
using Matrix = std::unique_ptr<void, FreeMatrix>;
using Booster = std::unique_ptr<void, FreeBooster>;

Matrix matrix_of(const digits::Part& part) {
  std::vector<float> odd;
  for (const int label : part.labels) {
    odd.push_back(static_cast<float>(label % 2));
  }
  DMatrixHandle handle = nullptr;
  // A column an image here is a row an image there: the memory is the same.
  check(XGDMatrixCreateFromMat(
      part.images.data(), odd.size(), static_cast<bst_ulong>(part.images.rows()), -1, &handle));
  Matrix matrix(handle);
  check(XGDMatrixSetFloatInfo(handle, "label", odd.data(), odd.size()));
  return matrix;
}

// "[3]\tvalidation-auc:0.97" -> 0.97
double metric_of(const char* line) {
  const std::string text = line;
  return std::strtod(text.c_str() + text.rfind(':') + 1, nullptr);
}

void train(luthier::TrialContext& trial, const digits::Data& data) {
  const Matrix training = matrix_of(data.train);
  const Matrix validation = matrix_of(data.validation);
  DMatrixHandle cached[] = {training.get(), validation.get()};
  BoosterHandle booster = nullptr;
  check(XGBoosterCreate(cached, 2, &booster));
  const Booster owner(booster);
  check(XGBoosterSetParam(booster, "objective", "binary:logistic"));
  check(XGBoosterSetParam(booster, "eval_metric", "auc"));
  check(XGBoosterSetParam(booster, "nthread", "1"));
  for (const auto& [name, value] : trial.config()) {
    check(XGBoosterSetParam(booster, name.c_str(), luthier::to_text(value).c_str()));
  }
  const char* names[] = {"validation"};
  while (trial.iteration() < kRounds) {
    const int round = static_cast<int>(trial.iteration());
    check(XGBoosterUpdateOneIter(booster, round, training.get()));
    const char* line = nullptr;
    check(XGBoosterEvalOneIter(booster, round, &cached[1], names, 1, &line));
    if (!trial.report({{"auc", metric_of(line)}})) {
      return;
    }
  }
}

}  // namespace

int main() {
  const digits::Data data = digits::load(DIGITS_CSV);
  luthier::Space space;
  space.add("eta", luthier::loguniform(0.01, 1));
  space.add("max_depth", luthier::randint(1, 9));
  space.add("subsample", luthier::uniform(0.3, 1.0));
  space.add("min_child_weight", luthier::loguniform(0.1, 100));

  const auto outcome =
      luthier::Tuner([&](luthier::TrialContext& trial) { train(trial, data); }, space)
          .maximize("auc")
          .samples(30)
          .searcher("tpe")
          .scheduler("asha", {{"max_t", kRounds}})
          .run();
  if (!outcome) {
    std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
    return 1;
  }
  const luthier::TrialSummary& best = *outcome->best_trial();
  std::printf("best validation AUC %.4f with %s\n",
              best.best.number("auc"),
              luthier::to_json(best.config).c_str());
}

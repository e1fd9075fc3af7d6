// What could be an objective, of names as programs print them.
#include "cli/advice/objective_guess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace luthier::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Diagnosis::Seen> seen_as(const std::vector<std::string>& names) {
  std::vector<Diagnosis::Seen> seen;
  for (const auto& name : names) {
    seen.push_back({.name = name, .line = name + "=1"});
  }
  return seen;
}

std::vector<std::string> likely(const std::vector<Diagnosis::Seen>& seen,
                                const Config& config = {}) {
  std::vector<std::string> names;
  for (const auto& each : likely_objectives(seen, config)) {
    names.push_back(each.name);
  }
  return names;
}

TEST(ObjectiveGuess, QualityComesFirstAndThatOfValidationDataBeforeAll) {
  EXPECT_THAT(likely(seen_as({"epoch", "train_loss", "loss", "eval_f1", "train_runtime", "lr"})),
              ElementsAre("eval_f1", "loss", "train_loss"));
  EXPECT_THAT(likely(seen_as({"best_val_loss", "training accuracy", "valid_0's auc"})),
              ElementsAre("valid_0's auc", "best_val_loss", "training accuracy"));
}

TEST(ObjectiveGuess, KnowsTheWordsForQuality) {
  for (const char* name : {"loss",        "Val Loss",     "validationLoss",
                           "top-1 error", "err",          "acc",
                           "testacc",     "Accuracy (%)", "macro_f1",
                           "AUC",         "rmse",         "MAE",
                           "r2",          "mean_reward",  "ppl",
                           "bleu",        "score",        "hingeloss",
                           "ndcg@10",     "hits10",       "mAP50",
                           "precision@5", "fitness",      "neg_log_likelihood"}) {
    EXPECT_LE(metric_kind(name), MetricKind::training) << name;
  }
}

TEST(ObjectiveGuess, KnowsCountersTimesSizesAndSettings) {
  for (const char* name : {"epoch",
                           "Epoch",
                           "bestIteration",
                           "step",
                           "global_step",
                           "iteration",
                           "n",
                           "batch_size",
                           "num_samples",
                           "total params",
                           "lr",
                           "learning_rate",
                           "weight_decay",
                           "seed",
                           "warning",
                           "loss_weight",
                           "score_threshold",
                           "error code",
                           "std"}) {
    EXPECT_EQ(metric_kind(name), MetricKind::bookkeeping) << name;
  }
  for (const char* name : {"train_runtime",
                           "time",
                           "elapsed",
                           "wall_time",
                           "train_samples_per_second",
                           "images/sec",
                           "latency",
                           "throughput"}) {
    EXPECT_EQ(metric_kind(name), MetricKind::performance) << name;
  }
}

TEST(ObjectiveGuess, TimesAndCountersAreOfferedWhereNothingElseIs) {
  EXPECT_THAT(likely(seen_as({"epoch", "runtime", "checksum"})),
              ElementsAre("runtime", "checksum"));
  EXPECT_THAT(likely(seen_as({"runtime", "accuracy"})), ElementsAre("accuracy"));
  EXPECT_THAT(likely(seen_as({"epoch", "step"})), ElementsAre("epoch", "step"));
  EXPECT_THAT(likely({}), IsEmpty());
}

TEST(ObjectiveGuess, ParametersAreSettings) {
  EXPECT_THAT(likely(seen_as({"width_factor", "energy"}), {{"width-factor", 2}}),
              ElementsAre("energy"));
}

TEST(ObjectiveGuess, WhatIsNoNameIsNeverOffered) {
  EXPECT_THAT(likely({{.name = "-Wa", .line = "cc -Wa=3 -o x"},
                      {.name = "--x", .line = "unknown --x=3"},
                      {.name = "loss", .line = "train.py: error: unrecognized option '--loss=3'"},
                      {.name = "acc", .line = "saved /runs/lr=0.1/acc=0.5/model.pt"},
                      {.name = "/runs/lr", .line = "saved /runs/lr=0.1/acc=0.5/model.pt"}}),
              IsEmpty());
  EXPECT_THAT(likely({{.name = "val/loss", .line = "val/loss=0.5"},
                      {.name = "acc", .line = "/runs/acc: acc=0.5"}}),
              ElementsAre("val/loss", "acc"));
}

TEST(ObjectiveGuess, WhichWayIsBetter) {
  for (const char* name : {"loss",
                           "val_error",
                           "RMSE",
                           "wall_time",
                           "latency",
                           "testLoss",
                           "negative_log_likelihood",
                           "perplexity"}) {
    EXPECT_EQ(more_is_better(name), false) << name;
  }
  for (const char* name : {"acc",
                           "testAcc",
                           "f1",
                           "mean reward",
                           "throughput",
                           "samples_per_second",
                           "neg_mean_squared_error",
                           "log_likelihood"}) {
    EXPECT_EQ(more_is_better(name), true) << name;
  }
  for (const char* name : {"beta", "fitness", "epoch", "loss_weight"}) {
    EXPECT_EQ(more_is_better(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace luthier::cli

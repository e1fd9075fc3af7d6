// "half_time": at one given iteration a trial must be better than the mean of all that came there
// before it, or it is stopped. A complete scheduler: it decides on facts it was given and says why.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "luthier/scheduler.h"

class HalfTime : public luthier::TrialScheduler {
 public:
  explicit HalfTime(std::int64_t whistle) : whistle_(whistle) {}

  luthier::Decision on_result(const luthier::ExperimentView& view,
                              luthier::TrialId /*trial*/,
                              const luthier::TrialResult& result) override {
    if (result.training_iteration != whistle_) {
      return {.reason = "not half-time"};
    }
    const double loss = luthier::loss_of(view.objectives()[0], result.metrics);
    const double mean = count_ > 0 ? sum_ / static_cast<double>(count_) : loss;
    if (std::isfinite(loss)) {  // NaN and infinity arrive as +infinity and must not enter the mean
      sum_ += loss;
      ++count_;
    }
    const bool keep = loss <= mean && std::isfinite(loss);
    return {
        .kind = keep ? luthier::DecisionKind::proceed : luthier::DecisionKind::stop,
        .reason = keep ? "no worse than the mean at half-time" : "worse than the mean at half-time",
        .numbers = {{"loss", loss}, {"mean", mean}}};
  }

  std::optional<luthier::Choice> choose_trial_to_run(
      const luthier::ExperimentView& view) const override {
    if (const auto trial = view.first_pending()) {
      return luthier::Choice{.trial = *trial, .reason = "first pending"};
    }
    return std::nullopt;
  }

 private:
  std::int64_t whistle_;
  double sum_ = 0;
  std::int64_t count_ = 0;
};

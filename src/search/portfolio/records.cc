#include "search/portfolio/records.h"

#include "base/format.h"

namespace luthier::portfolio {
namespace {

// What is known before anything is: a record in so many trials.
constexpr double kTrialsPerRecord = 10;

}  // namespace

void Records::added(TrialId trial, Turn turn) {
  turns_[trial.value] = turn;
  counts_[static_cast<std::size_t>(turn)].trials += 1;
}

void Records::paused(TrialId trial, std::int64_t iteration, double loss) {
  const auto [best, is_first] = best_.try_emplace(iteration, loss);
  if (is_first || !(loss < best->second)) {
    return;
  }
  best->second = loss;
  if (const auto turn = turns_.find(trial.value); turn != turns_.end()) {
    counts_[static_cast<std::size_t>(turn->second)].records += 1;
  }
}

double Records::share_of_second() const {
  const auto rate = [](const Count& count) {
    return (static_cast<double>(count.records) + 1) /
           (static_cast<double>(count.trials) + kTrialsPerRecord);
  };
  return rate(counts_[1]) / (rate(counts_[0]) + rate(counts_[1]));
}

std::string Records::told(std::string_view first, std::string_view second) const {
  return formatted("{} set {} records with {} trials, {} {} with {}",
                   first,
                   counts_[0].records,
                   counts_[0].trials,
                   second,
                   counts_[1].records,
                   counts_[1].trials);
}

}  // namespace luthier::portfolio

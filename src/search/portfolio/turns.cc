#include "search/portfolio/turns.h"

#include <cmath>

#include "base/format.h"

namespace luthier::portfolio {
namespace {

constexpr std::int64_t kPatience = 30;    // completed trials without a better one
constexpr std::int64_t kFewRepeated = 3;  // fewer repeated losses are a coincidence

}  // namespace

void Turns::added(TrialId trial, Turn turn) {
  if (have_begun_) {
    turns_[trial.value] = turn;
  }
}

void Turns::completed(TrialId trial, double loss) {
  if (!std::isfinite(loss)) {
    return failed(trial);
  }
  const auto turn = turns_.find(trial.value);
  since_best_ = loss < best_ ? 0 : since_best_ + 1;
  if (loss < best_ && turn != turns_.end()) {
    found_[static_cast<std::size_t>(turn->second)] += 1;
  }
  best_ = std::min(best_, loss);
  repeated_ += losses_.insert(loss).second ? 0 : 1;
  have_begun_ = have_begun_ || (since_best_ >= kPatience && repeated_ >= kFewRepeated);
  turns_.erase(trial.value);
}

// The mean of a Beta distribution: a quarter at first.
double Turns::share_of_second() const {
  const auto second = static_cast<double>(found_[1]);
  return (second + 1) / (second + static_cast<double>(found_[0]) + 4);
}

std::string Turns::told(std::string_view first, std::string_view second) const {
  return formatted("{} trials repeat a loss; of the better ones since, {} found {} and {} found {}",
                   repeated_,
                   first,
                   found_[0],
                   second,
                   found_[1]);
}

}  // namespace luthier::portfolio

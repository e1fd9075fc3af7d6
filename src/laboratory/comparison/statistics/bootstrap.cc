#include "laboratory/comparison/statistics/bootstrap.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "laboratory/comparison/statistics/quantiles.h"
#include "luthier/rng.h"

namespace luthier {

Bootstrap::Bootstrap(std::size_t size, Centre centre)
    : size_(size), centre_(centre), counts_(size * kResamples, 0) {
  LUTHIER_CHECK(size > 0, "a resample of nothing");
  for (std::size_t resample = 0; resample < kResamples; ++resample) {
    Rng rng(0, "bootstrap", resample);
    for (std::size_t i = 0; i < size; ++i) {
      ++counts_[(resample * size) + rng.below(size)];
    }
  }
}

Spread Bootstrap::spread(std::span<const double> values) const {
  LUTHIER_CHECK(values.size() == size_, "as many values as the resamples were drawn for");
  std::vector<std::size_t> order(size_);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> sorted;
  for (const std::size_t i : order) {
    sorted.push_back(values[i]);
  }
  Spread spread{.centre = centre_ == Centre::median ? quantile(sorted, 0.5) : mean(values),
                .quartile_1 = quantile(sorted, 0.25),
                .quartile_3 = quantile(sorted, 0.75)};
  std::vector<double> centres;
  for (std::size_t resample = 0; resample < kResamples; ++resample) {
    const std::uint16_t* counts = &counts_[resample * size_];
    centres.push_back(centre_ == Centre::median ? resampled_median(counts, order, values)
                                                : resampled_mean(counts, values));
  }
  std::ranges::sort(centres);
  spread.low = quantile(centres, 0.025);
  spread.high = quantile(centres, 0.975);
  return spread;
}

double Bootstrap::resampled_median(const std::uint16_t* counts,
                                   std::span<const std::size_t> order,
                                   std::span<const double> values) const {
  // The values at places (n-1)/2 and n/2 of the sorted resample.
  const std::size_t lower = (size_ - 1) / 2;
  const std::size_t upper = size_ / 2;
  std::size_t passed = 0;
  double first = 0;
  for (const std::size_t i : order) {
    const std::size_t before = passed;
    passed += counts[i];
    if (before <= lower && lower < passed) {
      first = values[i];
    }
    if (before <= upper && upper < passed) {
      return between(first, values[i], 0.5);
    }
  }
  return first;
}

double Bootstrap::resampled_mean(const std::uint16_t* counts,
                                 std::span<const double> values) const {
  double sum = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    sum += counts[i] == 0 ? 0 : counts[i] * values[i];
  }
  return sum / static_cast<double>(size_);
}

}  // namespace luthier

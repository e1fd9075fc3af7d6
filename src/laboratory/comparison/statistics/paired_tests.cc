#include "laboratory/comparison/statistics/paired_tests.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "laboratory/comparison/statistics/ranks.h"

namespace luthier {
namespace {

std::vector<double> without_zeros(std::span<const double> differences) {
  std::vector<double> used;
  std::ranges::copy_if(
      differences, std::back_inserter(used), [](double difference) { return difference != 0; });
  return used;
}

// P(sum of ranks of random signs <= statistic). Twice a mid-rank is whole, so sums are counted.
double exact_lower_tail(std::span<const double> rank, double statistic) {
  const auto doubled = [](double value) {
    return static_cast<std::size_t>(std::lround(2 * value));
  };
  const std::size_t limit = doubled(statistic);
  std::vector<double> chance(limit + 1, 0.0);
  chance[0] = 1;
  for (const double each : rank) {
    const std::size_t step = doubled(each);
    for (std::size_t sum = limit + 1; sum-- > 0;) {
      chance[sum] = 0.5 * (chance[sum] + (sum >= step ? chance[sum - step] : 0.0));
    }
  }
  return std::accumulate(chance.begin(), chance.end(), 0.0);
}

double normal_lower_tail(std::span<const double> rank, double statistic) {
  double total = 0;
  double variance = 0;
  for (const double each : rank) {
    total += each;
    variance += each * each;  // holds the tie correction
  }
  const double z = (statistic - (total / 2)) / std::sqrt(variance / 4);
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

}  // namespace

PairedTest signed_rank_test(std::span<const double> differences) {
  const std::vector<double> used = without_zeros(differences);
  PairedTest test{.used = static_cast<std::int64_t>(used.size())};
  if (used.empty()) {
    return test;
  }
  std::vector<double> sizes;
  std::ranges::transform(used, std::back_inserter(sizes), [](double d) { return std::fabs(d); });
  const std::vector<double> rank = ranks(sizes);
  double positive = 0;
  double all = 0;
  for (std::size_t i = 0; i < used.size(); ++i) {
    positive += used[i] > 0 ? rank[i] : 0;
    all += rank[i];
  }
  test.statistic = std::min(positive, all - positive);
  test.exact = test.used <= kExactPairs;
  const double tail =
      test.exact ? exact_lower_tail(rank, test.statistic) : normal_lower_tail(rank, test.statistic);
  test.p = std::min(1.0, 2 * tail);
  return test;
}

PairedTest sign_test(std::span<const double> differences) {
  const std::vector<double> used = without_zeros(differences);
  PairedTest test{.used = static_cast<std::int64_t>(used.size())};
  if (used.empty()) {
    return test;
  }
  const auto positive = std::ranges::count_if(used, [](double d) { return d > 0; });
  const auto fewer = std::min<std::int64_t>(positive, test.used - positive);
  test.statistic = static_cast<double>(fewer);
  // Signs are ranks that are all 1.
  const std::vector<double> one(used.size(), 1.0);
  test.p = std::min(1.0, 2 * exact_lower_tail(one, test.statistic));
  return test;
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> adjusted(p.size());
  double least = 0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const auto factor = static_cast<double>(p.size() - place);
    least = std::max(least, std::min(1.0, factor * p[order[place]]));
    adjusted[order[place]] = least;
  }
  return adjusted;
}

std::int64_t fewest_pairs(std::size_t tests, double level) {
  std::int64_t pairs = 1;
  auto p = static_cast<double>(tests);
  while (p > level) {
    p /= 2;
    ++pairs;
  }
  return pairs;
}

}  // namespace luthier

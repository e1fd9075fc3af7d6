#include "laboratory/comparison/statistics/pairs.h"

#include <algorithm>
#include <cmath>

#include "laboratory/comparison/statistics/paired_tests.h"
#include "laboratory/comparison/statistics/ranks.h"

namespace luthier {
namespace {

// Negative: the first is better.
double difference(Measure measure, double first, double second) {
  if (first == second) {
    return 0;  // two infinities included
  }
  switch (measure) {
    case Measure::relative_regret:
      return std::log(first) - std::log(second);  // a regret of 0 is infinitely better
    case Measure::rank:
      return first < second ? -1 : 1;
    case Measure::objective:
    case Measure::regret:
      return first - second;
  }
  return 0;
}

Spread as_ratios(const Spread& logarithms) {
  return {.centre = std::exp(logarithms.centre),
          .quartile_1 = std::exp(logarithms.quartile_1),
          .quartile_3 = std::exp(logarithms.quartile_3),
          .low = std::exp(logarithms.low),
          .high = std::exp(logarithms.high)};
}

PairSummary compare_two(std::span<const double> differences, Measure measure) {
  PairSummary pair{.pairs = static_cast<std::int64_t>(differences.size())};
  pair.wins = std::ranges::count_if(differences, [](double d) { return d < 0; });
  pair.losses = std::ranges::count_if(differences, [](double d) { return d > 0; });
  pair.ties = pair.pairs - pair.wins - pair.losses;
  const PairedTest test =
      measure == Measure::rank ? sign_test(differences) : signed_rank_test(differences);
  pair.p = test.p;
  pair.exact = test.exact;
  if (measure != Measure::rank && !differences.empty()) {
    const Spread spread = Bootstrap(differences.size(), Centre::median).spread(differences);
    pair.effect = measure == Measure::relative_regret ? as_ratios(spread) : spread;
  }
  return pair;
}

// The side that the test is about: of signs, more wins; of ranks, the larger sum.
bool first_is_better(std::span<const double> differences, Measure measure) {
  std::vector<double> sizes;
  for (const double each : differences) {
    sizes.push_back(std::fabs(each));
  }
  const std::vector<double> rank = ranks(sizes);
  double balance = 0;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    const double weight = measure == Measure::rank ? 1 : rank[i];
    balance += differences[i] < 0 ? weight : (differences[i] > 0 ? -weight : 0);
  }
  return balance > 0;
}

// Corrects for as many tests as there are; pairs that share nothing are none.
void correct(std::vector<PairSummary>& pairs, const std::vector<bool>& first_leads) {
  std::vector<double> p;
  for (const PairSummary& pair : pairs) {
    if (pair.pairs > 0) {
      p.push_back(pair.p);
    }
  }
  const std::vector<double> corrected = holm(p);
  std::size_t next = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    PairSummary& pair = pairs[i];
    if (pair.pairs == 0) {
      continue;
    }
    pair.corrected_p = corrected[next++];
    if (pair.corrected_p <= kSignificance) {
      pair.better = first_leads[i] ? pair.first : pair.second;
    }
  }
}

}  // namespace

std::vector<PairSummary> compare_pairs(std::span<const Block> blocks,
                                       std::size_t groups,
                                       Measure measure,
                                       const std::function<double(std::size_t)>& score) {
  std::vector<PairSummary> pairs;
  std::vector<bool> first_leads;
  for (std::size_t first = 0; first < groups; ++first) {
    for (std::size_t second = first + 1; second < groups; ++second) {
      std::vector<double> differences;
      for (const Block& block : blocks) {
        if (block.has(first) && block.has(second)) {
          differences.push_back(
              difference(measure, block.value(first, score), block.value(second, score)));
        }
      }
      PairSummary pair = compare_two(differences, measure);
      pair.first = first;
      pair.second = second;
      pairs.push_back(pair);
      first_leads.push_back(first_is_better(differences, measure));
    }
  }
  correct(pairs, first_leads);
  return pairs;
}

}  // namespace luthier

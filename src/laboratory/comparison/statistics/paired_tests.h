// Two-sided tests of paired differences, and Holm's correction for many of them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace luthier {

struct PairedTest {
  std::int64_t used = 0;  // differences that are not 0; those say nothing and are left out
  double statistic = 0;
  double p = 1;  // 1 when nothing was used
  bool exact = true;
};

// Wilcoxon's signed-rank test ("Individual comparisons by ranking methods", 1945). The statistic is
// the smaller sum of ranks. Infinite differences are legal and rank last. Up to kExactPairs
// differences the distribution is counted, ties included (given their ranks); beyond it is the
// normal one with the tie correction.
inline constexpr std::int64_t kExactPairs = 100;
PairedTest signed_rank_test(std::span<const double> differences);

// The sign test, exact: only who was better counts, so differences of different tasks may be mixed.
// The statistic is the smaller number of signs.
PairedTest sign_test(std::span<const double> differences);

// Holm's step-down adjustment ("A simple sequentially rejective multiple test procedure", 1979), in
// the order given.
std::vector<double> holm(std::span<const double> p);

// The fewest pairs with which either test could give an adjusted p of at most `level` when there
// are `tests` of them: all differences of one sign give p = 2^(1-n).
std::int64_t fewest_pairs(std::size_t tests, double level);

}  // namespace luthier

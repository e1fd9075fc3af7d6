// How evenly the points of quasi-random searchers are spread.
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "search/points/halton_sequence.h"
#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using testing::FakeView;
using testing::make_searcher;

TEST(Halton, EveryDimensionFillsEveryIntervalOnce) {
  const std::vector<std::uint64_t> bases = {2, 3, 5, 7, 11};
  const HaltonSequence sequence(bases.size());
  for (const std::uint64_t seed : {0U, 1U, 99U}) {
    for (std::size_t d = 0; d < bases.size(); ++d) {
      const std::uint64_t count = bases[d] * bases[d];
      std::vector<int> hits(count);
      for (std::uint64_t i = 0; i < count; ++i) {
        ++hits[static_cast<std::size_t>(sequence.point(7 * count + i, seed)[d] *
                                        static_cast<double>(count))];
      }
      EXPECT_EQ(hits, std::vector<int>(count, 1)) << "base " << bases[d];
    }
  }
}

// Without scrambling, dimensions with large primes run up side by side.
TEST(Halton, LaterDimensionsAreIndependent) {
  const HaltonSequence sequence(30);
  double product = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const std::vector<double> point = sequence.point(i, 5);
    product += (point[28] - 0.5) * (point[29] - 0.5) / 300;
  }
  EXPECT_LT(std::abs(product) * 12, 0.2);  // the correlation
}

std::vector<Config> latin_hypercube(std::size_t size, std::size_t trials, const Space& space) {
  FakeView view(space);
  NamedValues options;
  options.set("size", static_cast<std::int64_t>(size));
  const auto searcher = make_searcher("latin_hypercube", options);
  std::vector<Config> out;
  for (std::size_t i = 0; i < trials; ++i) {
    out.push_back(view.config(*view.step(*searcher, [](const Config&) { return 1.0; })));
  }
  return out;
}

TEST(LatinHypercube, EachParameterTakesEachIntervalOnceInADesign) {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  for (const std::size_t size : {1U, 2U, 7U, 64U, 100U}) {
    const std::vector<Config> configs = latin_hypercube(size, 3 * size, space);
    for (std::size_t design = 0; design < 3; ++design) {
      std::set<int> x;
      std::set<int> y;
      for (std::size_t i = 0; i < size; ++i) {
        const Config& config = configs[design * size + i];
        x.insert(static_cast<int>(config.number("x") * static_cast<double>(size)));
        y.insert(static_cast<int>(config.number("y") * static_cast<double>(size)));
      }
      EXPECT_EQ(x.size(), size);
      EXPECT_EQ(y.size(), size);
    }
  }
}

TEST(LatinHypercube, PairsParametersAtRandom) {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  const std::vector<Config> configs = latin_hypercube(400, 400, space);
  double with_the_other = 0;
  double with_time = 0;
  for (std::size_t i = 0; i < configs.size(); ++i) {
    const double x = configs[i].number("x") - 0.5;
    with_the_other += x * (configs[i].number("y") - 0.5) * 12 / 400;
    with_time += x * (static_cast<double>(i) / 400 - 0.5) * 12 / 400;
  }
  EXPECT_LT(std::abs(with_the_other), 0.2);
  EXPECT_LT(std::abs(with_time), 0.2);
}

}  // namespace
}  // namespace luthier

// Functions with troubles: each trouble is what it says, depends on what it should, and spares the
// optimum.
#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "laboratory/simulation/benchmarks/bbob.h"
#include "luthier/benchmark.h"
#include "luthier/compiled_space.h"

namespace luthier {
namespace {

constexpr std::uint64_t kDraws = 2000;

std::shared_ptr<const Benchmark> open(const std::string& text) {
  auto opened = open_benchmark(text);
  EXPECT_TRUE(opened.ok()) << text;
  return *opened;
}

Config place(const Benchmark& benchmark, std::uint64_t number) {
  Rng rng(7, "places", number);
  return CompiledSpace::compile(benchmark.facts().space)->sample(rng, 0).value();
}

Config optimum_of(int function, int instance) {
  const auto bbob = BbobFunction::make(function, 5, instance);
  Config config;
  int axis = 0;
  for (const double x : bbob->optimum()) {
    config.set("x" + std::to_string(axis++), x);
  }
  return config;
}

BenchmarkStep step(const Benchmark& benchmark, const Config& config, std::uint64_t seed = 1) {
  return benchmark.run(config, seed)->step(1);
}

TEST(Troubled, NoiseHasTheDeviationAskedForAndLeavesTheTrueValue) {
  for (const double level : {0.1, 0.5}) {
    const auto benchmark = open("noise:function=8,instance=3,level=" + std::to_string(level));
    const Config config = place(*benchmark, 1);
    double sum = 0;
    double squares = 0;
    std::set<double> truths;
    for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
      const Metrics metrics = step(*benchmark, config, seed).metrics;
      const double noise = metrics.number("value") - metrics.number("true_value");
      truths.insert(metrics.number("true_value"));
      sum += noise;
      squares += noise * noise;
    }
    EXPECT_NEAR(sum / kDraws, 0, 0.1 * level);
    EXPECT_NEAR(std::sqrt(squares / kDraws), level, 0.1 * level);
    EXPECT_EQ(truths.size(), 1U);
    EXPECT_EQ(step(*benchmark, config, 5).metrics, step(*benchmark, config, 5).metrics);
    EXPECT_FALSE(benchmark->optimum({"value", Mode::min}));
    EXPECT_EQ(benchmark->optimum({"true_value", Mode::min}), 0.0);
  }
}

TEST(Troubled, FailuresByChanceDependOnTheSeedAlone) {
  const auto benchmark = open("failures:function=1,level=0.25");
  std::uint64_t failed = 0;
  for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
    const bool here = step(*benchmark, place(*benchmark, 1), seed).failure.empty();
    EXPECT_EQ(here, step(*benchmark, place(*benchmark, 2), seed).failure.empty());
    failed += here ? 0 : 1;
  }
  EXPECT_NEAR(static_cast<double>(failed) / kDraws, 0.25, 0.03);
}

TEST(Troubled, ARegionIsAsLargeAsAskedForAndSparesTheOptimum) {
  for (const std::string name : {"failing_region", "nan_region"}) {
    for (const int instance : {1, 2, 3, 4}) {
      const auto benchmark =
          open(name + ":function=8,level=0.3,instance=" + std::to_string(instance));
      const auto is_bad = [&](const Config& config, std::uint64_t seed) {
        const BenchmarkStep found = step(*benchmark, config, seed);
        return !found.failure.empty() || std::isnan(found.metrics.number("value"));
      };
      std::uint64_t bad = 0;
      for (std::uint64_t i = 0; i < kDraws; ++i) {
        bad += is_bad(place(*benchmark, i), i) ? 1 : 0;
      }
      EXPECT_NEAR(static_cast<double>(bad) / kDraws, 0.3, 0.08);
      const Config best = optimum_of(8, instance);
      EXPECT_FALSE(is_bad(best, 1));
      EXPECT_NEAR(step(*benchmark, best).metrics.number("value"), 0, 1e-9);
    }
  }
}

TEST(Troubled, TiesAndRowsHaveFewValuesAndReachTheOptimum) {
  for (const auto& [text, most] :
       {std::pair("ties:function=1,level=10", 20U), std::pair("rows:function=1", 1000U)}) {
    const auto benchmark = open(text);
    std::set<double> values;
    for (std::uint64_t i = 0; i < kDraws; ++i) {
      values.insert(step(*benchmark, place(*benchmark, i)).metrics.number("value"));
    }
    EXPECT_LE(values.size(), most);
    EXPECT_GE(values.size(), 8U);
    EXPECT_GE(*values.begin(), benchmark->optimum({"value", Mode::min}).value());
  }
  const auto rows = open("rows:function=1,dimension=2");
  double least = 1e9;
  for (std::uint64_t i = 0; i < 10 * kDraws; ++i) {
    least = std::min(least, step(*rows, place(*rows, i)).metrics.number("value"));
  }
  EXPECT_EQ(least, rows->optimum({"value", Mode::min}));
}

TEST(Troubled, AHeavyTailKeepsTheOrderOfTheTrueValues) {
  const auto benchmark = open("heavy_tail:function=8,level=6");
  std::vector<std::pair<double, double>> found;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const Metrics metrics = step(*benchmark, place(*benchmark, i)).metrics;
    found.emplace_back(metrics.number("true_value"), metrics.number("value"));
  }
  std::ranges::sort(found);
  EXPECT_TRUE(std::ranges::is_sorted(found, {}, [](const auto& pair) { return pair.second; }));
  EXPECT_GT(found.back().second, 1e4 * found[found.size() / 2].second);
}

}  // namespace
}  // namespace luthier

// Benchmarks of several objectives: their fronts are where the papers have them.
#include <cmath>

#include <gtest/gtest.h>

#include "luthier/benchmark.h"

namespace luthier {
namespace {

std::vector<double> values_of(const std::string& text, const std::vector<double>& x) {
  const auto benchmark = open_benchmark(text);
  EXPECT_TRUE(benchmark.ok()) << text;
  Config config;
  for (std::size_t i = 0; i < x.size(); ++i) {
    config.set("x" + std::to_string(i), x[i]);
  }
  std::vector<double> values;
  for (const auto& [name, value] : (*benchmark)->run(config, 1)->step(1).metrics) {
    values.push_back(*value.number());
  }
  return values;
}

TEST(Zdt, TheFrontIsWhereAllButTheFirstParameterAreZero) {
  for (const double f1 : {0.0, 0.25, 1.0}) {
    const std::vector<double> x = {f1, 0, 0, 0};
    const double second = values_of("zdt:function=1,dimension=4", x)[1];
    EXPECT_DOUBLE_EQ(second, 1 - std::sqrt(f1));
    EXPECT_DOUBLE_EQ(values_of("zdt:function=2,dimension=4", x)[1], 1 - f1 * f1);
  }
  EXPECT_NEAR(values_of("zdt:function=3,dimension=2", {0.85, 0})[1], -0.7720, 1e-4);
}

TEST(Zdt, AwayFromItGIsUpToTen) {
  EXPECT_EQ(values_of("zdt:function=1,dimension=3", {0, 1, 1}), (std::vector<double>{0, 10}));
  EXPECT_EQ(values_of("zdt:function=2,dimension=3", {0, 0.5, 0.5}), (std::vector<double>{0, 5.5}));
}

TEST(Dtlz2, TheFrontIsAPartOfTheUnitSphere) {
  for (const int objectives : {2, 3, 5}) {
    std::vector<double> x(8, 0.5);
    for (int i = 0; i + 1 < objectives; ++i) {
      x[static_cast<std::size_t>(i)] = 0.2 + 0.15 * i;
    }
    const std::string text = "dtlz2:dimension=8,objectives=" + std::to_string(objectives);
    double square = 0;
    for (const double value : values_of(text, x)) {
      square += value * value;
    }
    EXPECT_NEAR(square, 1, 1e-12);
    x.back() = 1;  // g = 1/4
    square = 0;
    for (const double value : values_of(text, x)) {
      square += value * value;
    }
    EXPECT_NEAR(square, 1.5625, 1e-12);
  }
}

TEST(SeveralObjectives, EveryOneHasAReference) {
  for (const char* text : {"zdt:function=3", "dtlz2:objectives=4"}) {
    const auto benchmark = open_benchmark(text);
    ASSERT_TRUE(benchmark.ok());
    const BenchmarkFacts& facts = (*benchmark)->facts();
    EXPECT_EQ(facts.metrics.size(), facts.reference.size());
    EXPECT_EQ(facts.metrics.size(), facts.further_objectives.size() + 1);
  }
}

TEST(SeveralObjectives, TooFewParametersAreRefusedInASentence) {
  const auto benchmark = open_benchmark("dtlz2:objectives=5,dimension=4");
  ASSERT_FALSE(benchmark.ok());
  EXPECT_NE(benchmark.error().message.find("raise dimension to 5"), std::string::npos);
}

}  // namespace
}  // namespace luthier

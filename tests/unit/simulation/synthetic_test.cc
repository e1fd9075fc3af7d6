// The synthetic suites: the least value is 0, it is reached, and nothing is below it.
#include <cmath>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "laboratory/simulation/benchmarks/synthetic_function.h"
#include "luthier/benchmark.h"
#include "luthier/compiled_space.h"
#include "support/source_directory.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

double value_of(const Benchmark& benchmark, const Config& config) {
  return benchmark.run(config, 0)->step(1).metrics.number("value");
}

class Suites : public ::testing::TestWithParam<const char*> {};

TEST_P(Suites, NothingIsBelowZeroAndInstancesDiffer) {
  std::set<double> means;
  int functions = 0;
  for (int function = 1; function <= 20; ++function) {
    const std::string text = std::string(GetParam()) + ":function=" + std::to_string(function);
    for (const int instance : {1, 2}) {
      const auto opened = open_benchmark(text + ",instance=" + std::to_string(instance));
      if (!opened) {
        continue;
      }
      ++functions;
      const Benchmark& benchmark = **opened;
      EXPECT_EQ(benchmark.optimum(benchmark.facts().objective), 0.0);
      const auto space = CompiledSpace::compile(benchmark.facts().space).value();
      double sum = 0;
      double least = 1e9;
      for (std::uint64_t i = 0; i < 3000; ++i) {
        Rng rng(1, "suite", i);
        const double value = value_of(benchmark, space.sample(rng, 0).value());
        least = std::min(least, value);
        sum += value;
      }
      EXPECT_GE(least, 0) << text;
      EXPECT_LT(least, sum / 3000 * 0.8) << text;  // there is something to find
      means.insert(sum);
    }
  }
  EXPECT_GE(functions, 10);
  EXPECT_EQ(means.size(), static_cast<std::size_t>(functions));
}

INSTANTIATE_TEST_SUITE_P(All,
                         Suites,
                         ::testing::Values("conditional", "mixed"),
                         [](const auto& info) { return std::string(info.param); });

TEST(SyntheticFunction, ItsOptimumHasTheValueZero) {
  const SyntheticDefinition definition{
      "test",
      {{"kind=choice(a, b, c)", 0, {0.2, 0, 0.1}},
       {.parameter = "lr=loguniform(1e-6, 1)", .weight = 3, .moved_by = "kind", .ripple = 0.1},
       {"layers=randint(1, 9) if kind == 'b'", 2},
       {"units=lograndint(8, 2049) if layers >= 1", 2}}};
  for (int instance = 1; instance <= 50; ++instance) {
    const SyntheticFunction function("suite", definition, instance);
    const Config best = function.optimum();
    EXPECT_EQ(best.text("kind"), "b");
    EXPECT_NEAR(function(best), 0, 1e-12) << to_json(best);
    Config worse = best;
    worse.set("kind", "c");
    EXPECT_GE(function(worse), 0.1);
  }
}

class ScriptedCurves : public ::testing::Test {
 protected:
  Result<std::shared_ptr<const Benchmark>> open(const std::string& json) {
    const auto path = folder_.path() / "curves.json";
    std::ofstream(path) << json;
    return open_benchmark(path.string());
  }
  TemporaryDirectory folder_;
};

TEST_F(ScriptedCurves, FormulasOfTheParametersAndTheIteration) {
  const auto curves = open(R"json({
    "name": "test", "iterations": 9, "space": {"parameters": {"x": "uniform(0, 1)"}},
    "curves": {"loss": "x + 1 / training_iteration", "done": "training_iteration >= 9"},
    "seconds": "1 + x", "objective": {"metric": "loss", "mode": "min"}, "optimum": 0.25})json")
                          .value();
  const auto run = curves->run({{"x", 0.5}}, 0);
  EXPECT_EQ(run->step(4).metrics, (Metrics{{"loss", 0.75}, {"done", 0.0}}));
  EXPECT_EQ(run->step(4).seconds, 1.5);
  EXPECT_EQ(curves->facts().iterations, 9);
  EXPECT_EQ(curves->optimum({"loss", Mode::min}), 0.25);
}

TEST_F(ScriptedCurves, NamesEveryProblem) {
  const auto refused = open(R"json({
    "name": "test", "iterations": 0, "space": {"parameters": {"x": "uniform(0, 1)"}},
    "curves": {"loss": "y + 1"}, "second": 3, "objective": {"metric": "los", "mode": "min"}})json");
  ASSERT_FALSE(refused.ok());
  const std::string& problems = refused.error().message;
  for (const char* part : {"'iterations' must be a whole number of at least 1",
                           "'curves.loss': no parameter 'y'",
                           "'second'; did you mean 'seconds'?",
                           "'objective.metric' is 'los'"}) {
    EXPECT_NE(problems.find(part), std::string::npos) << part << " in " << problems;
  }
}

TEST_F(ScriptedCurves, TheShippedOnesOpen) {
  const auto curves =
      open_benchmark(
          (testing::source_directory() / "benchmarks/data/crossing_curves.json").string())
          .value();
  const auto space = CompiledSpace::compile(curves->facts().space).value();
  for (std::uint64_t i = 0; i < 50; ++i) {
    Rng rng(1, "curves", i);
    const auto run = curves->run(space.sample(rng, 0).value(), 0);
    EXPECT_TRUE(std::isfinite(run->step(1).metrics.number("loss")));
    EXPECT_GT(run->step(1).metrics.number("loss"), run->step(81).metrics.number("loss"));
    EXPECT_GT(run->step(1).seconds, 0.2);
  }
}

}  // namespace
}  // namespace luthier

// Failures by chance are ignored and regions that fail are found, on any kind of axis, and so the
// searchers that ask leave them.
#include "search/feasibility/feasibility.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using testing::FakeView;
using testing::make_searcher;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Two numbers, a category, and a number that only one of the category's values has.
CompiledSpace mixed_space() {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  space.add("kind", choice({"a", "b", "c", "d"}));
  space.add("z", uniform(0, 1)).when("kind == 'd'");
  return std::move(*CompiledSpace::compile(std::move(space)));
}

using Rule = std::function<bool(std::span<const double> point, Rng& rng)>;

Feasibility fed(const CompiledSpace& space,
                std::uint64_t seed,
                std::int64_t count,
                const Rule& fails) {
  Feasibility feasibility;
  for (std::int64_t trial = 0; trial < count; ++trial) {
    Rng rng(seed, "outcomes", static_cast<std::uint64_t>(trial));
    const std::vector<double> point = space.encode(space.sample(rng, 0).value());
    feasibility.ended(space, TrialId{trial}, point, fails(point, rng));
  }
  return feasibility;
}

TEST(Feasibility, FailuresByChanceAreIgnored) {
  const CompiledSpace space = mixed_space();
  for (const double rate : {0.05, 0.2, 0.5, 0.9}) {
    int informative = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      const auto by_chance = [&](std::span<const double>, Rng& rng) {
        return rng.uniform() < rate;
      };
      informative += fed(space, seed, 60, by_chance).is_informative() ? 1 : 0;
    }
    EXPECT_LE(informative, 4) << rate;
  }
}

TEST(Feasibility, ARegionIsFoundOnEveryKindOfAxis) {
  const CompiledSpace space = mixed_space();
  const std::vector<double> fine = {0.1, 0.1, 0.125, kNaN};
  const std::pair<Rule, std::vector<double>> cases[] = {
      {[](auto point, Rng&) { return point[0] > 0.7; }, {0.9, 0.5, 0.125, kNaN}},
      {[](auto point, Rng&) { return point[0] + point[1] > 1.3; }, {0.9, 0.9, 0.125, kNaN}},
      {[](auto point, Rng&) { return point[2] > 0.5 && point[2] < 0.75; }, {0.1, 0.1, 0.625, kNaN}},
      {[](auto point, Rng&) { return !std::isnan(point[3]); }, {0.1, 0.1, 0.875, 0.4}},
      {[](auto point, Rng& rng) { return rng.uniform() < (point[1] > 0.6 ? 0.95 : 0.1); },
       {0.1, 0.9, 0.125, kNaN}}};
  for (const auto& [rule, bad] : cases) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const Feasibility feasibility = fed(space, seed, 60, rule);
      EXPECT_LT(feasibility.chance_of_success(bad), 0.5);
      EXPECT_GT(feasibility.chance_of_success(fine), 0.6);
      EXPECT_LT(feasibility.log_success(bad), feasibility.log_success(fine));
    }
  }
}

TEST(Feasibility, ATrialCountsAsItEndedLast) {
  const CompiledSpace space = mixed_space();
  const auto high = [](std::span<const double> point, Rng&) { return point[0] > 0.7; };
  Feasibility feasibility = fed(space, 1, 60, high);
  ASSERT_TRUE(feasibility.is_informative());
  for (std::int64_t i = 0; i < 180; ++i) {
    const std::int64_t trial = i % 60;
    Rng rng(1, "outcomes", static_cast<std::uint64_t>(trial));
    feasibility.ended(space, TrialId{trial}, space.encode(space.sample(rng, 0).value()), false);
  }
  EXPECT_FALSE(feasibility.is_informative());
}

TEST(Feasibility, SlopesAreThoseOfFiniteDifferences) {
  const CompiledSpace space = mixed_space();
  const auto corner = [](std::span<const double> point, Rng&) { return point[0] + point[1] > 1.2; };
  const Feasibility feasibility = fed(space, 2, 80, corner);
  for (const double x : {0.3, 0.55, 0.8}) {
    std::vector<double> point = {x, 0.6, 0.875, 0.3};
    std::vector<double> slope(4);
    const double value = feasibility.log_success(point, slope);
    EXPECT_EQ(value, feasibility.log_success(point));
    for (const std::size_t axis : {0U, 1U, 3U}) {
      std::vector<double> moved = point;
      moved[axis] += 1e-6;
      EXPECT_NEAR(slope[axis],
                  (feasibility.log_success(moved) - value) / 1e-6,
                  1e-3 + 1e-4 * std::abs(slope[axis]));
    }
  }
}

double bowl(const Config& config) {
  const double x = config.number("x") - 0.6;
  const double y = config.number("y") - 0.3;
  return x * x + y * y;
}

Space square() {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  return space;
}

// The least loss of 60 trials, and how many of the last 30 failed. NaN instead of a failure if
// `is_nan`.
std::pair<double, int> run(const std::string& name,
                           std::uint64_t seed,
                           const std::function<bool(const Config&, Rng&)>& fails,
                           bool is_nan = false) {
  FakeView view(square(), seed);
  const auto searcher = make_searcher(name, {}, seed);
  double best = 1e9;
  int failed_late = 0;
  for (std::int64_t number = 0; number < 60; ++number) {
    auto suggestion = view.ask(*searcher);
    const TrialId trial = view.add(*searcher, std::get<Proposal>(std::move(suggestion)).config);
    Rng rng(seed, "failures", static_cast<std::uint64_t>(number));
    const bool has_failed = fails(view.config(trial), rng);
    failed_late += has_failed && number >= 30 ? 1 : 0;
    if (!has_failed || is_nan) {
      view.report(*searcher, trial, has_failed ? kNaN : bowl(view.config(trial)));
    }
    best = has_failed ? best : std::min(best, bowl(view.config(trial)));
    view.end(*searcher, trial, has_failed && !is_nan ? TrialState::failed : TrialState::completed);
  }
  return {best, failed_late};
}

class Searchers : public ::testing::TestWithParam<const char*> {};

TEST_P(Searchers, FailuresByChanceDoNotSpoilTheSearch) {
  const double enough = GetParam() == std::string("gp") ? 1e-5 : 0.01;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto by_chance = [](const Config&, Rng& rng) { return rng.uniform() < 0.25; };
    EXPECT_LT(run(GetParam(), seed, by_chance).first, enough) << seed;
    EXPECT_LT(run(GetParam(), seed, by_chance, true).first, enough) << seed;
  }
}

// The losses fall towards the region that fails.
TEST_P(Searchers, ARegionThatFailsIsLeft) {
  const auto beyond = [](const Config& config, Rng&) { return config.number("x") > 0.5; };
  int failed = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (const bool is_nan : {false, true}) {
      const auto [best, failed_late] = run(GetParam(), seed, beyond, is_nan);
      failed += failed_late;
      EXPECT_LT(best, 0.04) << seed;
    }
  }
  EXPECT_LT(failed, 10 * 15);  // of 10 * 30
}

INSTANTIATE_TEST_SUITE_P(ModelBased,
                         Searchers,
                         ::testing::Values("gp", "tpe"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Feasibility, NoSearcherNeedsASuccess) {
  for (const std::string name : {"auto", "gp", "tpe", "bohb", "cmaes"}) {
    const auto always = [](const Config&, Rng&) { return true; };
    EXPECT_EQ(run(name, 1, always).second, 30) << name;
    EXPECT_EQ(run(name, 1, always, true).second, 30) << name;
  }
}

}  // namespace
}  // namespace luthier

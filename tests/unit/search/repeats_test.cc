// Places that would repeat a loss: found between equal losses, nowhere else, and passed over by the
// searchers that ask.
#include "search/points/repeats.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "support/fake_view_for_search.h"

namespace luthier {
namespace {

using testing::FakeView;
using testing::make_searcher;

CompiledSpace line_and_kind() {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("kind", choice({"a", "b"}));
  return std::move(*CompiledSpace::compile(std::move(space)));
}

TEST(Repeats, BetweenAndNearEqualLosses) {
  const CompiledSpace space = line_and_kind();
  Repeats repeats;
  const auto is_repeat = [&](double x, double kind) {
    return repeats.contains(std::vector<double>{x, kind});
  };
  repeats.completed(space, TrialId{0}, std::vector<double>{0.2, 0.25}, 1.0);
  EXPECT_FALSE(is_repeat(0.2, 0.25));
  repeats.completed(space, TrialId{1}, std::vector<double>{0.3, 0.25}, 1.0);
  repeats.completed(space, TrialId{2}, std::vector<double>{0.9, 0.25}, 2.0);
  EXPECT_TRUE(is_repeat(0.25, 0.25));
  EXPECT_TRUE(is_repeat(0.15, 0.25));
  EXPECT_FALSE(is_repeat(0.02, 0.25));  // too far from them
  EXPECT_FALSE(is_repeat(0.7, 0.25));   // nearer to another loss
  EXPECT_FALSE(is_repeat(0.25, 0.75));  // another category
  repeats.completed(space, TrialId{1}, std::vector<double>{0.3, 0.25}, 3.0);
  EXPECT_FALSE(is_repeat(0.25, 0.25));
  repeats.completed(space, TrialId{1}, std::vector<double>{0.3, 0.25}, 1.0);
  EXPECT_TRUE(is_repeat(0.25, 0.25));
  repeats.forget(TrialId{0});
  EXPECT_FALSE(is_repeat(0.25, 0.25));
}

// A table of 100 rows, each with a loss of its own.
double nearest_row(const Config& config) {
  const auto row = [&](const char* name) {
    return std::min(9.0, std::floor(10 * config.number(name)));
  };
  const double x = row("x");
  const double y = row("y");
  return (x - 6) * (x - 6) + 1.01 * (y - 3) * (y - 3) + 0.001 * x + 0.0001 * y;
}

// Without it, tpe proposes the best row 23 to 25 times and gp 51 to 63 times.
TEST(Repeats, ASearcherReturnsLessToOneRow) {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  for (const std::string name : {"tpe", "gp"}) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      FakeView view(space, seed);
      const auto searcher = make_searcher(name, {}, seed);
      std::map<double, int> visits;
      for (int i = 0; i < 80; ++i) {
        const TrialId trial = view.step(*searcher, nearest_row).value();
        ++visits[nearest_row(view.config(trial))];
      }
      int most = 0;
      for (const auto& [loss, count] : visits) {
        most = std::max(most, count);
      }
      EXPECT_LE(most, name == "tpe" ? 21 : 40) << name << " " << seed;
      EXPECT_GE(visits.size(), 25U) << name << " " << seed;
      EXPECT_LT(visits.begin()->first, 0.1) << name << " " << seed;
    }
  }
}

}  // namespace
}  // namespace luthier

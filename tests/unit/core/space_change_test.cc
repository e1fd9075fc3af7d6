// Another space for an experiment that has begun: what may change, what is still a point of it.
#include "core/space/space_change.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/space/fitting.h"

namespace luthier {
namespace {

using ::testing::HasSubstr;

Space declared() {
  Space space;
  space.add("kind", choice({"a", "b"}));
  space.add("lr", uniform(0, 1)).when("kind", "a");
  space.add("seed", grid({1, 2}));
  space.constrain("lr + seed < 9");
  return space;
}

Space change(std::string_view text) {
  Space space;
  EXPECT_TRUE(space.add_text(text).ok());
  return space;
}

TEST(ChangedSpace, OneDistributionIsAnotherAndAllElseStays) {
  const auto space = changed_space(declared(), change("lr=uniform(0, 5)"));
  ASSERT_TRUE(space.ok());
  Space wanted;
  wanted.add("kind", choice({"a", "b"}));
  wanted.add("lr", uniform(0, 5)).when("kind", "a");
  wanted.add("seed", grid({1, 2}));
  wanted.constrain("lr + seed < 9");
  EXPECT_EQ(*space, wanted);
  EXPECT_TRUE(is_change_of(declared(), *space));
}

TEST(ChangedSpace, AConditionThatIsGivenReplacesTheOldOne) {
  const auto space = changed_space(declared(), change("lr=uniform(0, 5) if kind == 'b'"));
  EXPECT_EQ(to_text(space->parameters()[1]), "lr=uniform(0, 5) if kind == \"b\"");
}

TEST(ChangedSpace, NewNamesAndGridsAreRefused) {
  EXPECT_THAT(changed_space(declared(), change("rate=uniform(0, 5)")).error().message,
              HasSubstr("no parameter 'rate'"));
  EXPECT_THAT(changed_space(declared(), change("seed=choice(1, 2)")).error().message,
              HasSubstr("'seed' can't be changed"));
  EXPECT_THAT(changed_space(declared(), change("kind=grid(a, b)")).error().message,
              HasSubstr("'kind' can't be changed"));
}

TEST(ChangedSpace, OtherParametersOrGridsAreNoChangeOfIt) {
  Space fewer;
  fewer.add("kind", choice({"a", "b"}));
  EXPECT_FALSE(is_change_of(declared(), fewer));
  Space other_grid;
  other_grid.add("kind", choice({"a", "b"}));
  other_grid.add("lr", uniform(0, 1)).when("kind", "a");
  other_grid.add("seed", grid({1, 2, 3}));
  EXPECT_FALSE(is_change_of(declared(), other_grid));
}

TEST(Fitting, AWholeConfigurationHasWhatIsActiveAndNoMore) {
  const auto space = CompiledSpace::compile(declared());
  EXPECT_TRUE(is_whole_in(*space, {{"kind", "a"}, {"lr", 0.5}, {"seed", 1}}));
  EXPECT_TRUE(is_whole_in(*space, {{"kind", "b"}, {"seed", 1}}));
  EXPECT_FALSE(is_whole_in(*space, {{"kind", "a"}, {"seed", 1}}));
  EXPECT_FALSE(is_whole_in(*space, {{"kind", "a"}, {"lr", 1.5}, {"seed", 1}}));
  EXPECT_FALSE(is_whole_in(*space, {{"kind", "c"}, {"seed", 1}}));
}

TEST(NearestCoordinate, IsThatOfTheNearestValue) {
  Space space;
  space.add("steps", qrandint(0, 100, 25));
  space.add("log", lograndint(1, 1000));
  space.add("bell", qnormal(0, 1, 0.5));
  space.add("kind", choice({1, 2, 10}));
  const auto compiled = CompiledSpace::compile(space);
  const auto value = [&](std::size_t axis, const Value& given) {
    std::vector<double> point(4, 0.5);
    point[axis] = compiled->nearest(axis, given);
    const Config config = compiled->decode(point);
    return config.number(compiled->parameters()[axis].name);
  };
  EXPECT_EQ(value(0, 37.6), 50);
  EXPECT_EQ(value(0, 37.4), 25);
  EXPECT_EQ(value(0, -3), 0);
  EXPECT_EQ(value(1, 5000), 999);
  EXPECT_EQ(value(1, 99.7), 100);
  EXPECT_EQ(value(2, 0.8), 1);
  EXPECT_TRUE(std::isnan(compiled->nearest(3, 3)));
  EXPECT_TRUE(std::isnan(compiled->nearest(0, "fast")));
  EXPECT_TRUE(std::isnan(compiled->nearest(0, std::nan(""))));
}

}  // namespace
}  // namespace luthier

// An equal space is compiled once; another one is compiled anew.
#include "core/space/shared_space.h"

#include <gtest/gtest.h>

#include "core/state/experiment_state.h"

namespace luthier {
namespace {

Space space_of(double high) {
  Space space;
  space.add("lr", uniform(0, high));
  space.add("momentum", uniform(0, 1)).when("lr < 0.5");
  space.constrain("lr < 0.9");
  return space;
}

TEST(SharedSpace, AnEqualSpaceIsNotCompiledAgain) {
  const auto first = compile_shared(space_of(1));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*compile_shared(space_of(1), *first), *first);
}

TEST(SharedSpace, AnotherSpaceIsCompiled) {
  const auto first = compile_shared(space_of(1));
  Space constrained = space_of(1);
  constrained.constrain("lr > 0.1");
  for (const Space& other : {space_of(2), constrained, Space()}) {
    const auto compiled = compile_shared(other, *first);
    ASSERT_TRUE(compiled.ok());
    EXPECT_NE(*compiled, *first);
    EXPECT_EQ((*compiled)->declaration(), other);
  }
  Space broken;
  broken.add("lr", uniform(1, 0));
  EXPECT_FALSE(compile_shared(broken, *first).ok());
}

TEST(SharedSpace, AStateUsesTheOneThatItExpects) {
  ExperimentSpec spec{.name = "e", .space = space_of(1), .objectives = {{"loss"}}};
  const Event created{1, 0, ExperimentCreated{to_json(spec), "1"}};
  const auto equal = compile_shared(space_of(1));
  const auto other = compile_shared(space_of(2));
  ExperimentState with_equal;
  with_equal.expect(*equal);
  ASSERT_TRUE(with_equal.apply(created).ok());
  EXPECT_EQ(&with_equal.space(), equal->get());
  ExperimentState with_other;
  with_other.expect(*other);
  ASSERT_TRUE(with_other.apply(created).ok());
  EXPECT_EQ(with_other.space().declaration(), spec.space);
}

}  // namespace
}  // namespace luthier

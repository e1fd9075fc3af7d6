// Who searches where nobody named a searcher.
#include <gtest/gtest.h>

#include "tuner/plugin_registry.h"

namespace luthier {
namespace {

std::string searcher_of(std::vector<Objective> objectives, const PluginSpec& named = {"auto"}) {
  ExperimentSpec spec;
  spec.space.add("x", uniform(0, 1));
  spec.objectives = std::move(objectives);
  spec.searcher = named;
  const auto resolved = PluginRegistry().resolve(spec);
  EXPECT_TRUE(resolved.ok()) << resolved.error().message;
  return spec.searcher.name;
}

TEST(DefaultSearcher, IsAutoForAnyNumberOfObjectives) {
  EXPECT_EQ(ExperimentSpec().searcher.name, "auto");
  EXPECT_EQ(searcher_of({{"loss"}}), "auto");
  EXPECT_EQ(searcher_of({{"loss"}, {"accuracy", Mode::max}}), "auto");
}

// As in an experiment from a time when another searcher was the default.
TEST(DefaultSearcher, IsNoneWhereOneIsNamed) {
  EXPECT_EQ(searcher_of({{"loss"}}, {"tpe"}), "tpe");
}

}  // namespace
}  // namespace luthier

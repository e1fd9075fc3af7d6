// Searchers around searchers, from the spec to the trials.
#include <map>
#include <mutex>
#include <set>

#include <gmock/gmock.h>

#include "luthier/tuner.h"
#include "support/temporary_directory.h"
#include "tuner/plugin_registry.h"

namespace luthier {
namespace {

Space line() {
  Space space;
  space.add("x", uniform(0, 1));
  return space;
}

// Proposes x = 1/2, 1/3, 1/4, ...
class Falling : public Searcher {
 public:
  Suggestion suggest(const ExperimentView&, TrialId trial) const override {
    return Proposal{.config = {{"x", 1 / static_cast<double>(trial.value + 2)}}};
  }
};

TEST(WrappedSearchers, TheLogNamesEveryOptionOfTheSearcherInside) {
  ExperimentSpec spec;
  spec.space = line();
  spec.objectives = {{"loss"}};
  spec.searcher = {"repeat", {{"searcher", "latin_hypercube"}}};
  ASSERT_TRUE(PluginRegistry().resolve(spec));
  EXPECT_EQ(to_text(spec.searcher), "repeat:times=3,searcher=\"latin_hypercube:size=64\"");
  const auto advisors = PluginRegistry().make_advisors(spec);
  ASSERT_TRUE(advisors);
  EXPECT_FALSE((*advisors)->names().reads_results) << "that of the one inside";
}

TEST(WrappedSearchers, TheirVersionCountsTheOneInside) {
  ExperimentSpec spec;
  spec.space = line();
  spec.objectives = {{"loss"}};
  const auto version_of = [&](PluginSpec searcher) {
    spec.searcher = std::move(searcher);
    EXPECT_TRUE(PluginRegistry().resolve(spec));
    return PluginRegistry().make_advisors(spec).value()->names().searcher_version;
  };
  const int alone = version_of({"bohb"});
  EXPECT_EQ(version_of({"repeat", {{"searcher", "bohb"}}}), alone + 1);
  EXPECT_EQ(version_of({"concurrency_limit", {{"searcher", "repeat:searcher=bohb"}}}), alone + 2);
}

TEST(WrappedSearchers, RepeatsHaveSeedsOfTheirOwnAndReplay) {
  const TemporaryDirectory place;
  std::mutex mutex;
  std::map<double, std::set<std::uint64_t>> seeds;
  Tuner tuner(
      [&](TrialContext& trial) {
        const std::lock_guard lock(mutex);
        seeds[trial.config().number("x")].insert(trial.seed());
        trial.report({{"loss", trial.config().number("x")}});
      },
      line());
  tuner.name("own").minimize("loss").samples(12).jobs(3).results(place.path()).log({});
  tuner.searcher("falling", [] { return std::make_unique<Falling>(); });
  tuner.searcher("repeat", {{"times", 4}, {"searcher", "falling"}});
  const auto done = tuner.run();
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(seeds.size(), 3U);
  for (const auto& [x, of] : seeds) {
    EXPECT_EQ(of.size(), 4U) << x;
  }
  EXPECT_EQ(seeds.begin()->first, 0.25);
  EXPECT_EQ(done->trials[5].proposed_by, "repeat");
  EXPECT_EQ(tuner.replay()->differences, 0);
  EXPECT_EQ(tuner.replay()->suggestions, 12);
}

TEST(WrappedSearchers, WhatIsWrongInsideIsSaid) {
  Tuner tuner([](TrialContext&) {}, line());
  tuner.minimize("loss").searcher("repeat", {{"searcher", "tpe:candidates=0"}}).store("memory");
  EXPECT_THAT(tuner.run().error().message,
              ::testing::HasSubstr("option candidates of searcher 'tpe' is 0"));
}

}  // namespace
}  // namespace luthier

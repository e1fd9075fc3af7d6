// Related tasks in a spec: in order, whole, and stored as they are.
#include "core/state/related_check.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace luthier {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ExperimentSpec spec_of(std::vector<Objective> objectives) {
  ExperimentSpec spec;
  spec.name = "one";
  spec.objectives = std::move(objectives);
  spec.space.add("x", uniform(0, 1));
  return spec;
}

KnownResult result(double x, Metrics metrics) {
  return {.config = {{"x", x}}, .metrics = std::move(metrics)};
}

std::vector<double> order(const ExperimentSpec& spec, const RelatedTask& task) {
  std::vector<double> out;
  const auto ordered = ordered_related(spec, task);
  for (const KnownResult& each : ordered.value().results) {
    out.push_back(each.config.number("x"));
  }
  return out;
}

TEST(OrderedRelated, TheBestComeFirst) {
  const RelatedTask task{.name = "t",
                         .results = {result(0.1, {{"loss", 3}}),
                                     result(0.2, {{"loss", 1}}),
                                     result(0.3, {{"loss", 2}}),
                                     result(0.4, {{"loss", 1}})}};
  EXPECT_THAT(order(spec_of({{"loss", Mode::min}}), task), ElementsAre(0.2, 0.4, 0.3, 0.1));
  EXPECT_THAT(order(spec_of({{"loss", Mode::max}}), task), ElementsAre(0.1, 0.3, 0.2, 0.4));
}

TEST(OrderedRelated, WhatMissesARequirementComesLast) {
  ExperimentSpec spec = spec_of({{"loss", Mode::min}});
  spec.require = {*parse_requirement("ms < 10")};
  const RelatedTask task{.name = "t",
                         .results = {result(0.1, {{"loss", 1}, {"ms", 30}}),
                                     result(0.2, {{"loss", 2}, {"ms", 5}}),
                                     result(0.3, {{"loss", 1}, {"ms", 20}})}};
  EXPECT_THAT(order(spec, task), ElementsAre(0.2, 0.3, 0.1));
}

TEST(OrderedRelated, SeveralObjectivesAreOrderedByFront) {
  const RelatedTask task{.name = "t",
                         .results = {result(0.1, {{"a", 3}, {"b", 3}}),
                                     result(0.2, {{"a", 1}, {"b", 2}}),
                                     result(0.3, {{"a", 4}, {"b", 4}})}};
  EXPECT_THAT(order(spec_of({{"a", Mode::min}, {"b", Mode::min}}), task),
              ElementsAre(0.2, 0.1, 0.3));
}

TEST(OrderedRelated, OfVeryManyTheBestAreKept) {
  RelatedTask task{.name = "t", .results = {}};
  for (int i = 0; i < 1200; ++i) {
    task.results.push_back(result(i / 1200.0, {{"loss", 1200 - i}}));
  }
  const auto ordered = ordered_related(spec_of({{"loss", Mode::min}}), task);
  ASSERT_EQ(ordered->results.size(), kMostRelatedResults);
  EXPECT_EQ(ordered->results.front().metrics.number("loss"), 1);
}

TEST(OrderedRelated, WhatIsMissingIsSaid) {
  const ExperimentSpec spec = spec_of({{"loss", Mode::min}});
  const auto problem = [&](RelatedTask task) {
    return ordered_related(spec, std::move(task)).error().message;
  };
  EXPECT_THAT(problem({.name = "t", .results = {}}), HasSubstr("'t' has no result"));
  EXPECT_THAT(problem({.name = "", .results = {result(0.1, {{"loss", 1}})}}), HasSubstr("no name"));
  EXPECT_THAT(problem({.name = "t", .results = {result(0.1, {{"acc", 1}})}}),
              HasSubstr("result 1: there is no finite number for the objective 'loss'"));
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(problem({.name = "t", .results = {result(0.1, {{"loss", infinity}})}}),
              HasSubstr("no finite number"));
}

TEST(RelatedInASpec, ComesBackAsItWas) {
  ExperimentSpec spec = spec_of({{"loss", Mode::min}});
  EXPECT_EQ(to_json(spec).find("related"), std::string::npos);
  spec.related = {{.name = "t",
                   .results = {{.config = {{"x", 0.25}, {"other", "a"}},
                                .metrics = {{"loss", 0.5}},
                                .training_iteration = 7}}}};
  const auto read = parse_experiment_spec(to_json(spec));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->related, spec.related);
}

}  // namespace
}  // namespace luthier

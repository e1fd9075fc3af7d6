#include "laboratory/comparison/grouping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/comparison/curves_for_tests.h"

namespace luthier {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> labels(const std::vector<ExperimentCurve>& all,
                                const std::vector<std::string>& by = {}) {
  const auto groups = group_experiments(all, by);
  EXPECT_TRUE(groups.ok());
  std::vector<std::string> out;
  for (const Group& group : *groups) {
    out.push_back(group.label + " " + std::to_string(group.members.size()));
  }
  return out;
}

ExperimentCurve experiment(PluginSpec scheduler, PluginSpec searcher, std::int64_t jobs) {
  ExperimentCurve curve = made_curve({}, {1});
  curve.scheduler = std::move(scheduler);
  curve.searcher = std::move(searcher);
  curve.jobs = jobs;
  return curve;
}

TEST(Grouping, LabelsSayWhatDiffers) {
  const PluginSpec asha{"asha", {{"eta", 3}, {"max_t", 81}}};
  const PluginSpec wide{"asha", {{"eta", 4}, {"max_t", 81}}};
  const PluginSpec fifo{"fifo"};
  const PluginSpec random{"random"};
  const PluginSpec tpe{"tpe", {{"n", 5}}};
  EXPECT_THAT(
      labels(
          {experiment(asha, random, 4), experiment(fifo, random, 4), experiment(asha, random, 4)}),
      ElementsAre("asha 2", "fifo 1"));
  EXPECT_THAT(labels({experiment(asha, random, 4), experiment(wide, random, 4)}),
              ElementsAre("asha:eta=3 1", "asha:eta=4 1"));
  EXPECT_THAT(labels({experiment(asha, random, 4), experiment(asha, tpe, 16)}),
              ElementsAre("random jobs=4 1", "tpe jobs=16 1"));
  EXPECT_THAT(labels({experiment(asha, random, 4), experiment(asha, random, 4)}),
              ElementsAre("asha 2"));
  EXPECT_THAT(labels({experiment(fifo, random, 1), experiment(asha, tpe, 4)}, {"jobs"}),
              ElementsAre("1 1", "4 1"));
}

TEST(Grouping, TagsSortAsNumbersWhereTheyAre) {
  std::vector<ExperimentCurve> all;
  for (const char* size : {"10", "9", "nan", "1a", "2"}) {
    all.push_back(made_curve({}, {1}));
    all.back().tags = {{"size", size}};
  }
  EXPECT_THAT(labels(all, {"size"}), ElementsAre("2 1", "9 1", "10 1", "1a 1", "nan 1"));
}

TEST(Grouping, EachExperimentMayStandAlone) {
  EXPECT_THAT(labels({made_curve({.seed = 2}, {1}), made_curve({.seed = 1}, {1})}, {"experiment"}),
              ElementsAre("fifo-1 1", "fifo-2 1"));
}

TEST(Grouping, NumbersWithinLabelsSortBySize) {
  std::vector<ExperimentCurve> all;
  for (const char* model : {"m10", "m9", "m9b", "lr=0.5", "lr=1e-3", "lr=0.25", "m"}) {
    all.push_back(made_curve({}, {1}));
    all.back().tags = {{"model", model}};
  }
  EXPECT_THAT(labels(all, {"model"}),
              ElementsAre("lr=1e-3 1", "lr=0.25 1", "lr=0.5 1", "m 1", "m9 1", "m9b 1", "m10 1"));
}

}  // namespace
}  // namespace luthier

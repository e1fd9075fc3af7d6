// Which trial went on from which, and the schedule that led to one.
#include "tuner/stored/lineage.h"

#include <cmath>

#include <gtest/gtest.h>

namespace luthier {
namespace {

class Story {
 public:
  Story& tell(EventBody body) {
    ++sequence_;
    lineage.take({sequence_, sequence_ * 500'000, std::move(body)});
    return *this;
  }
  Story& begin(std::int64_t trial, double lr) {
    tell(TrialAdded{.trial = {trial}, .config = {{"lr", lr}}});
    return tell(AttemptStarted{.trial = {trial}, .attempt = 1, .segment = 1});
  }
  Story& clone(std::int64_t trial,
               std::int64_t attempt,
               std::int64_t checkpoint,
               std::int64_t iteration,
               double lr) {
    tell(TrialChosen{.choice = {.trial = {trial},
                                .config = Config{{"lr", lr}},
                                .checkpoint = CheckpointId{checkpoint}}});
    return tell(AttemptStarted{.trial = {trial},
                               .attempt = attempt,
                               .segment = attempt,
                               .checkpoint = {checkpoint},
                               .base_iteration = iteration});
  }

  Lineage lineage{"loss"};

 private:
  Sequence sequence_ = 0;
};

ScheduleStep step(std::int64_t iteration, double lr) {
  return {iteration, {{"lr", lr}}};
}

using Steps = std::vector<ScheduleStep>;

// Trial 1 trains 4 iterations, becomes a clone of trial 0 with another lr, and goes on.
Story pbt_story() {
  Story story;
  story.begin(0, 0.5).begin(1, 0.1);
  story.tell(ResultReported{{1}, 1, 4, {{"loss", 9.0}}});
  story.tell(CheckpointCommitted{{1}, {0}, 6, "x", 1}).clone(1, 2, 1, 6, 0.6);
  story.tell(ResultReported{{1}, 2, 7, {{"loss", 1.0}, {"late", 2.5}}});
  // A crash: the same segment again changes nothing.
  story.tell(AttemptStarted{
      .trial = {1}, .attempt = 3, .segment = 2, .checkpoint = {1}, .base_iteration = 6});
  return story;
}

TEST(Lineage, ACloneHasItsDonorsPast) {
  const Story story = pbt_story();
  EXPECT_EQ(story.lineage.schedule({1}), (Steps{step(0, 0.5), step(6, 0.6)}));
  EXPECT_EQ(story.lineage.schedule({0}), Steps{step(0, 0.5)});
  EXPECT_EQ(story.lineage.schedule({7}), Steps());
  EXPECT_EQ(to_json(step(6, 0.5)), "{\"iteration\": 6, \"config\": {\"lr\": 0.5}}");
}

TEST(Lineage, StretchesAreATree) {
  const Story story = pbt_story();
  const auto all = story.lineage.stretches();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].trial, TrialId{1});
  EXPECT_EQ(all[1].to, 4);
  EXPECT_EQ(all[1].value, 9.0);
  EXPECT_EQ(all[1].parent, std::nullopt);
  EXPECT_EQ(all[2].parent, std::optional<std::size_t>(0));
  EXPECT_EQ(all[2].from, 6);
  EXPECT_EQ(all[2].to, 7);
  EXPECT_EQ(story.lineage.clones(), 1);
  EXPECT_EQ(story.lineage.ancestry({1}), (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(story.lineage.ancestry({9}), std::vector<std::size_t>());
}

// The donor's later past is not the clone's.
TEST(Lineage, ACloneOfACloneKeepsTheWayAsItWas) {
  Story story = pbt_story();
  story.tell(CheckpointCommitted{{2}, {1}, 8, "x", 1});
  story.begin(2, 0.9).clone(2, 2, 2, 8, 0.7);
  story.tell(CheckpointCommitted{{3}, {2}, 10, "x", 1}).clone(1, 4, 3, 10, 0.8);
  EXPECT_EQ(story.lineage.schedule({2}), (Steps{step(0, 0.5), step(6, 0.6), step(8, 0.7)}));
  EXPECT_EQ(story.lineage.schedule({1}),
            (Steps{step(0, 0.5), step(6, 0.6), step(8, 0.7), step(10, 0.8)}));
}

TEST(Lineage, OnlyWhatTrainedIsAStep) {
  Story story;
  story.begin(0, 0.5).begin(1, 0.1);
  story.tell(CheckpointCommitted{{1}, {0}, 6, "x", 1}).clone(1, 2, 1, 6, 0.6);
  // Saved at once, so that the next change is at the same iteration.
  story.tell(CheckpointCommitted{{2}, {1}, 6, "x", 1}).clone(1, 3, 2, 6, 0.7);
  story.tell(CheckpointCommitted{{3}, {1}, 9, "x", 1}).clone(1, 4, 3, 9, 0.7);
  EXPECT_EQ(story.lineage.schedule({1}), (Steps{step(0, 0.5), step(6, 0.7)}));
  EXPECT_EQ(story.lineage.clones(), 1) << "its own checkpoint makes no clone";
}

TEST(Lineage, WithoutACheckpointItBeginsAnew) {
  Story story = pbt_story();
  story.tell(AttemptStarted{.trial = {1}, .attempt = 4, .segment = 3});
  EXPECT_EQ(story.lineage.schedule({1}), Steps{step(0, 0.6)});
}

TEST(Lineage, AValueMayBeNoNumber) {
  Story story = pbt_story();
  story.tell(ResultReported{{1}, 3, 8, {{"loss", std::nan("")}}});
  EXPECT_TRUE(std::isnan(story.lineage.stretches()[2].value.value_or(0)));
}

}  // namespace
}  // namespace luthier

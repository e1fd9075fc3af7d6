// Clusters that fail: nodes, stragglers, failures and latencies, and that each is a function of the
// seed.
#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "laboratory/simulation/benchmark_workload.h"
#include "laboratory/simulation/simulated_executor.h"
#include "laboratory/simulation/simulated_nodes.h"
#include "laboratory/simulation/simulation_options.h"

namespace luthier {
namespace {

constexpr TimePoint kSecond = 1'000'000;

AttemptId attempt(std::int64_t trial, std::int64_t number = 1) {
  return {TrialId{trial}, number};
}

TEST(SimulatedNodes, ALostNodeTakesItsAttemptsAndComesBackForThoseThatWait) {
  SimulatedNodes nodes(
      {.workers = 5, .nodes = 2, .loss_interval_s = 100, .return_s = 10, .seed = 3});
  for (std::int64_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(nodes.place(attempt(i)));
  }
  EXPECT_FALSE(nodes.place(attempt(5)));
  const TimePoint loss = nodes.next_change();
  const auto lost = nodes.take_change();
  EXPECT_TRUE(lost.placed.empty());
  // Workers 0 to 2 are on the first node, 3 and 4 on the second.
  const bool first = lost.lost.size() == 3;
  EXPECT_EQ(lost.lost,
            first ? (std::vector<AttemptId>{attempt(0), attempt(1), attempt(2)})
                  : (std::vector<AttemptId>{attempt(3), attempt(4)}));
  for (const AttemptId id : lost.lost) {
    EXPECT_EQ(nodes.release(id), std::nullopt);
    EXPECT_FALSE(nodes.place(attempt(id.trial.value, 2)));
  }
  EXPECT_EQ(nodes.release(attempt(first ? 3 : 0)), attempt(5));  // it was waiting longest
  while (nodes.next_change() < loss + 10 * kSecond) {
    nodes.take_change();
  }
  if (nodes.next_change() == loss + 10 * kSecond) {
    const auto back = nodes.take_change();
    EXPECT_EQ(back.placed.size(), lost.lost.size());
    EXPECT_EQ(back.placed.front(), attempt(lost.lost.front().trial.value, 2));
  }
}

TEST(SimulatedNodes, LossesComeAsOftenAsTheyShouldAndRepeat) {
  const NodeOptions options{
      .workers = 100, .nodes = 10, .loss_interval_s = 60, .return_s = 1, .seed = 9};
  std::vector<TimePoint> times;
  for (int run = 0; run < 2; ++run) {
    SimulatedNodes nodes(options);
    std::vector<TimePoint> again;
    for (int i = 0; i < 4000; ++i) {
      again.push_back(nodes.next_change());
      nodes.take_change();
    }
    EXPECT_TRUE(std::ranges::is_sorted(again));
    EXPECT_TRUE(times.empty() || times == again);
    times = again;
  }
  // Every loss is followed by a return: 2,000 gaps with a mean of 60 s, 1.3 s standard error.
  EXPECT_NEAR(static_cast<double>(times.back()) / 1e6 / 2000, 60, 6);
}

class Fixed final : public Benchmark {
 public:
  Fixed() : facts_{.name = "fixed", .metrics = {"loss"}, .objective = {"loss"}, .iterations = 10} {}
  const BenchmarkFacts& facts() const override { return facts_; }
  std::unique_ptr<BenchmarkRun> run(const Config&, std::uint64_t) const override {
    struct Run final : BenchmarkRun {
      BenchmarkStep step(std::int64_t iteration) const override {
        return {.metrics = {{"loss", iteration}}, .seconds = 2};
      }
    };
    return std::make_unique<Run>();
  }

 private:
  BenchmarkFacts facts_;
};

SimulatedStep step(const ClusterConditions& conditions,
                   std::int64_t trial,
                   std::int64_t iteration,
                   std::int64_t from = 0) {
  const BenchmarkWorkload workload(std::make_shared<Fixed>(), conditions, 7);
  StartRequest request{.id = attempt(trial), .iteration = from};
  const auto script = workload.begin(request);
  SimulatedStep step;
  for (std::int64_t i = from + 1; i <= iteration; ++i) {
    step = script->next(i);
  }
  return step;
}

TEST(BenchmarkWorkload, LatenciesAddUp) {
  const ClusterConditions slow{.start_latency_s = 5, .report_latency_s = 0.5};
  EXPECT_EQ(step(slow, 0, 1).duration, 7.5 * kSecond);
  EXPECT_EQ(step(slow, 0, 2).duration, 2.5 * kSecond);
  EXPECT_EQ(step(slow, 0, 4, 3).duration, 7.5 * kSecond);  // it went on from a checkpoint
  EXPECT_EQ(step(slow, 0, 11).kind, SimulatedStep::Kind::finish);
  EXPECT_EQ(step(slow, 0, 11).duration, 0);
}

TEST(BenchmarkWorkload, SharesAreKeptAndRepeat) {
  const ClusterConditions conditions{
      .straggler_share = 0.2, .straggler_slowdown = 3, .failure_rate = 0.05};
  int slow = 0;
  int failed = 0;
  for (std::int64_t trial = 0; trial < 2000; ++trial) {
    const SimulatedStep first = step(conditions, trial, 1);
    EXPECT_TRUE(first.duration == 2 * kSecond || first.duration == 6 * kSecond);
    EXPECT_EQ(first.duration, step(conditions, trial, 1).duration);
    slow += first.duration == 6 * kSecond ? 1 : 0;
    failed += first.kind == SimulatedStep::Kind::fail ? 1 : 0;
  }
  EXPECT_NEAR(slow, 400, 60);
  EXPECT_NEAR(failed, 100, 35);
}

TEST(SimulationOptions, SurviveTheLog) {
  const SimulationOptions options{.benchmark = "bbob:function=3",
                                  .task = "t",
                                  .workers = 12,
                                  .conditions = {.straggler_share = 0.1,
                                                 .straggler_slowdown = 5,
                                                 .failure_rate = 0.01,
                                                 .start_latency_s = 3,
                                                 .report_latency_s = 0.25,
                                                 .nodes = 4,
                                                 .node_loss_interval_s = 600,
                                                 .node_return_s = 30}};
  EXPECT_EQ(parse_simulation_options(to_executor_options(options)).value(), options);
  EXPECT_FALSE(parse_simulation_options({{"benchmark", "b"}, {"workers", "many"}}).ok());
  EXPECT_FALSE(parse_simulation_options({{"benchmark", "b"}, {"later_option", "1"}}).ok());
}

TEST(SimulatedExecutor, AHundredThousandReportsAtOnceComeInBatches) {
  VirtualClock clock;
  const BenchmarkWorkload workload(std::make_shared<Fixed>(), {}, 0);
  SimulatedExecutor executor(clock, workload);
  for (std::int64_t i = 0; i < 3000; ++i) {
    executor.start({.id = attempt(i)});
  }
  std::size_t seen = 0;
  while (seen < 3000) {
    const auto events = executor.next_events(kNever);
    EXPECT_LE(events.size(), SimulatedExecutor::kBatch);
    EXPECT_EQ(clock.now(), 2 * kSecond);
    for (const ExecutorEvent& event : events) {
      EXPECT_EQ(std::get<Reported>(event).id, attempt(static_cast<std::int64_t>(seen++)));
    }
  }
}

}  // namespace
}  // namespace luthier

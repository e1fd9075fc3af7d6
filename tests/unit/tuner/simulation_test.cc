// Simulations from C++: the curve, what is kept, and that equal seeds are equal experiments.
#include "luthier/simulation.h"

#include <gtest/gtest.h>

#include "core/log/canonical_export.h"
#include "laboratory/bundles/bundle.h"
#include "support/source_directory.h"
#include "support/temporary_directory.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

std::string canonical_text(const std::filesystem::path& directory) {
  CanonicalExport exported;
  const auto read = read_events(directory, 1, [&](const Event& event) {
    exported.take(event);
    return true;
  });
  EXPECT_TRUE(read.ok());
  return exported.text();
}

TEST(Simulation, NotesTheBestAfterEachImprovementAndAtTheEnd) {
  const auto runs =
      Simulation("bbob:function=1,dimension=2").workers(4).samples(50).seeds(3, 2).run().value();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[1].seed, 4u);
  for (const SimulatedExperiment& run : runs) {
    EXPECT_TRUE(run.finished);
    const CurvePoint& end = run.curve.back();
    EXPECT_EQ(end.trials, 50);
    EXPECT_EQ(end.resource, 50);
    EXPECT_EQ(end.time_s, 13);  // 50 evaluations of a second, four at a time
    EXPECT_GT(*run.regret(), 0);
    for (std::size_t i = 1; i + 1 < run.curve.size(); ++i) {
      EXPECT_LT(*run.curve[i].best, *run.curve[i - 1].best);
      EXPECT_GE(run.curve[i].time_s, run.curve[i - 1].time_s);
    }
  }
  EXPECT_NE(*runs[0].curve.back().best, *runs[1].curve.back().best);
}

TEST(Simulation, TimeIsVirtual) {
  const auto runs = Simulation("bbob:function=1").workers(10).time_budget(100).run().value();
  EXPECT_EQ(runs[0].curve.back().time_s, 100);
  EXPECT_EQ(runs[0].curve.back().resource, 1000);
}

TEST(Simulation, WhatHappensAtTheEndOfTheTimeCounts) {
  const auto runs = Simulation("bbob:function=1").workers(3000).time_budget(2).run().value();
  EXPECT_EQ(runs[0].curve.back().time_s, 2);
  EXPECT_EQ(runs[0].curve.back().resource, 6000);
}

// A benchmark of a program's own.
class Halves final : public Benchmark {
 public:
  Halves() { facts_.space.add("x", uniform(0, 1)); }
  const BenchmarkFacts& facts() const override { return facts_; }
  std::unique_ptr<BenchmarkRun> run(const Config& config, std::uint64_t) const override {
    struct Run final : BenchmarkRun {
      double x = 0;
      BenchmarkStep step(std::int64_t iteration) const override {
        return {.metrics = {{"loss", x + 1.0 / static_cast<double>(iteration)}}, .seconds = 0.5};
      }
    };
    auto run = std::make_unique<Run>();
    run->x = config.number("x");
    return run;
  }

 private:
  BenchmarkFacts facts_{
      .name = "halves", .metrics = {"loss"}, .objective = {"loss"}, .iterations = 4};
};

TEST(Simulation, ABenchmarkOfOnesOwn) {
  const auto runs = Simulation(std::make_shared<Halves>()).workers(2).samples(10).run().value();
  EXPECT_EQ(runs[0].curve.back().resource, 40);
  EXPECT_EQ(runs[0].curve.back().time_s, 10);
  EXPECT_GE(*runs[0].curve.back().best, 0.25);
  EXPECT_EQ(runs[0].optimum, std::nullopt);
  EXPECT_EQ(runs[0].regret(), std::nullopt);
}

TEST(Simulation, ABenchmarkOfOnesOwnIsThereInItsProgramAlone) {
  const TemporaryDirectory folder;
  const auto runs = Simulation(std::make_shared<Halves>())
                        .samples(3)
                        .results(folder.path() / "results")
                        .run()
                        .value();
  const auto packed = write_bundle(runs[0].directory, folder.path() / "own.bundle");
  ASSERT_FALSE(packed.ok());
  EXPECT_NE(packed.error().message.find("the benchmark 'halves' of 'halves-fifo-random-0' is a "
                                        "program's own, which no bundle holds"),
            std::string::npos)
      << packed.error().message;
  const auto extended =
      resume_experiment(runs[0].directory, PluginRegistry(), {}, {.more_samples = 1});
  ASSERT_FALSE(extended.ok());
  EXPECT_NE(extended.error().message.find("exists only in that program"), std::string::npos)
      << extended.error().message;
}

TEST(Simulation, AFailingClusterRepeatsAndReplays) {
  const ClusterConditions hard{.straggler_share = 0.2,
                               .straggler_slowdown = 4,
                               .failure_rate = 0.02,
                               .start_latency_s = 10,
                               .report_latency_s = 0.5,
                               .nodes = 3,
                               .node_loss_interval_s = 120,
                               .node_return_s = 60};
  const std::string table = (testing::source_directory() / "benchmarks/data/lcbench.json").string();
  std::vector<std::string> exports;
  for (int i = 0; i < 2; ++i) {
    const TemporaryDirectory folder;
    const auto runs = Simulation(table, "7593")
                          .scheduler("hyperband", {{"max_t", 27}})
                          .workers(9)
                          .samples(40)
                          .retries(2)
                          .conditions(hard)
                          .results(folder.path() / "results")
                          .run()
                          .value();
    EXPECT_TRUE(runs[0].finished) << runs[0].reason;
    const auto counts = replay_experiment(runs[0].directory, PluginRegistry()).value();
    EXPECT_EQ(counts.differences, 0) << counts.first_difference;
    int lost = 0;
    int failed = 0;
    ASSERT_TRUE(read_events(runs[0].directory, 1, [&](const Event& event) {
                  if (const auto* ended = std::get_if<AttemptEnded>(&event.body)) {
                    lost += ended->outcome == Outcome::lost ? 1 : 0;
                    failed += ended->outcome == Outcome::failed ? 1 : 0;
                  }
                  return true;
                }).ok());
    EXPECT_GT(lost, 0);
    EXPECT_GT(failed, 0);
    exports.push_back(canonical_text(runs[0].directory));
  }
  EXPECT_EQ(exports[0], exports[1]);
}

TEST(Simulation, KeepsOrdinaryExperimentsThatReplayAndRepeat) {
  const std::string table = (testing::source_directory() / "benchmarks/data/lcbench.json").string();
  std::vector<std::string> exports;
  for (int i = 0; i < 2; ++i) {
    const TemporaryDirectory folder;
    const auto runs = Simulation(table, "7593")
                          .scheduler("asha", {{"max_t", 50}})
                          .searcher("tpe")
                          .workers(8)
                          .samples(60)
                          .results(folder.path() / "results")
                          .run()
                          .value();
    const auto counts = replay_experiment(runs[0].directory, PluginRegistry()).value();
    EXPECT_EQ(counts.differences, 0) << counts.first_difference;
    EXPECT_EQ(counts.suggestions, 60);
    const auto state = read_state(runs[0].directory).value();
    EXPECT_EQ(state->spec().tags[0], (std::pair<std::string, std::string>("benchmark", "lcbench")));
    EXPECT_EQ(state->spec().tags[1], (std::pair<std::string, std::string>("task", "7593")));
    EXPECT_EQ(state->spec().tags[2].first, "optimum");
    exports.push_back(canonical_text(runs[0].directory));
  }
  EXPECT_EQ(exports[0], exports[1]);
  EXPECT_GT(exports[0].size(), 10000u);
}

TEST(Simulation, ChecksEverythingFirst) {
  const auto refused = Simulation("bbob:function=1").workers(0).scheduler("ahsa").run();
  ASSERT_FALSE(refused.ok());
  const std::string& problems = refused.error().message;
  EXPECT_NE(problems.find("the number of workers is 0"), std::string::npos);
  EXPECT_NE(problems.find("did you mean 'asha'"), std::string::npos);
  EXPECT_NE(problems.find("nothing ends the simulation"), std::string::npos);
}

}  // namespace
}  // namespace luthier

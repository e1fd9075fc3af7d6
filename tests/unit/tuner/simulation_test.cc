// Simulations from C++: the curve, what is kept, and that equal seeds are equal experiments.
#include "luthier/simulation.h"

#include <gtest/gtest.h>

#include "core/canonical_export.h"
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

TEST(Simulation, KeepsOrdinaryExperimentsThatReplayAndRepeat) {
  const std::string table = std::string(LUTHIER_SOURCE_DIR) + "/benchmarks/data/lcbench.json";
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

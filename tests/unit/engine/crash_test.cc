// A crash at every event boundary, at each of the points where a controller can die, resumes to the
// export of the uncrashed run, byte for byte; and replay recomputes every answer.
#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "store/memory_store.h"
#include "support/simulated_run.h"
#include "tuner/plugin_registry.h"

namespace luthier::testing {
namespace {

struct Case {
  std::string name;
  PluginSpec scheduler;
  PluginSpec searcher;
};

// As many samples as make a log of about `events` events.
ExperimentSpec make_spec(const Case& choice, std::int64_t samples) {
  ExperimentSpec spec{.name = choice.name, .objectives = {{"loss", Mode::min}}};
  spec.space.add("x", uniform(0, 1));
  spec.space.add("y", loguniform(1e-3, 1));
  spec.searcher = choice.searcher;
  spec.scheduler = choice.scheduler;
  spec.samples = samples;
  spec.seed = 5;
  spec.retries = 1;
  spec.retry_delay_s = 0.001;
  const auto resolved = PluginRegistry().resolve(spec);
  EXPECT_TRUE(resolved.ok()) << (resolved.ok() ? "" : resolved.error().message);
  return spec;
}

// The first line in which two exports differ; empty when they are equal.
std::string first_difference(const std::string& a, const std::string& b) {
  std::istringstream left(a);
  std::istringstream right(b);
  std::string in_left;
  std::string in_right;
  while (true) {
    const bool more_left = static_cast<bool>(std::getline(left, in_left));
    const bool more_right = static_cast<bool>(std::getline(right, in_right));
    if (!more_left && !more_right) {
      return "";
    }
    if (more_left != more_right || in_left != in_right) {
      const auto at = std::ranges::mismatch(in_left, in_right).in1 - in_left.begin();
      const std::size_t from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, at - 150));
      return in_left.substr(0, 12) + "... " + in_left.substr(from, 300) + "\n   instead of\n" +
             in_right.substr(from, 300);
    }
  }
}

bool full_suite() {
  return std::getenv("LUTHIER_TEST_FULL") != nullptr;
}

void PrintTo(const Case& choice, std::ostream* out) {
  *out << choice.name;
}

class CrashSweep : public ::testing::TestWithParam<Case> {};

TEST_P(CrashSweep, EveryCrashResumesToTheSameExport) {
  const std::int64_t wanted = full_suite() ? 2000 : 200;
  const CurveScript script(9, true);
  std::int64_t samples = 4;
  SimulatedRun uncrashed;
  while (uncrashed.events < wanted) {
    samples += samples / 2;
    const auto store = make_memory_store();
    uncrashed = run_simulated(make_spec(GetParam(), samples), *store, script, 3);
    ASSERT_EQ(uncrashed.first_error, "");
  }
  const ExperimentSpec spec = make_spec(GetParam(), samples);
  std::int64_t crashes = 0;
  for (const FaultPoint point : {FaultPoint::before_write,
                                 FaultPoint::after_commit,
                                 FaultPoint::after_acknowledge,
                                 FaultPoint::after_effect}) {
    for (Sequence at = 1; at <= uncrashed.events; ++at) {
      const auto store = make_memory_store();
      bool crashed = false;
      const Fault once = [&](FaultPoint where, Sequence sequence) {
        if (crashed || where != point || sequence < at) {
          return false;
        }
        return crashed = true;
      };
      const SimulatedRun run = run_simulated(spec, *store, script, 3, once);
      ASSERT_EQ(run.first_error, "") << "crash at " << at;
      ASSERT_EQ(first_difference(run.canonical, uncrashed.canonical), "")
          << "crash at event " << at << ", point " << static_cast<int>(point);
      ASSERT_EQ(run.recovered.differences, 0) << run.recovered.first_difference;
      crashes += run.controllers - 1;
    }
  }
  EXPECT_GT(crashes, 3 * uncrashed.events);
}

TEST_P(CrashSweep, ReplayRecomputesEveryAnswer) {
  const auto store = make_memory_store();
  const ExperimentSpec spec = make_spec(GetParam(), 30);
  const SimulatedRun run = run_simulated(spec, *store, CurveScript(9, true), 4);
  ASSERT_EQ(run.first_error, "");
  const ReplayCounts counts = replay_store(spec, *store);
  EXPECT_GT(counts.decisions, 30);
  EXPECT_GE(counts.choices, 30);
  EXPECT_EQ(counts.suggestions, 30);
  EXPECT_EQ(counts.differences, 0) << counts.first_difference;
}

INSTANTIATE_TEST_SUITE_P(
    Algorithms,
    CrashSweep,
    ::testing::Values(Case{"fifo", {"fifo"}, {"random"}},
                      Case{"asha", {"asha", {{"max_t", 9}, {"reduction_factor", 3}}}, {"tpe"}},
                      Case{"promote",
                           {"asha", {{"max_t", 9}, {"reduction_factor", 3}, {"mode", "promote"}}},
                           {"random"}},
                      Case{"hyperband", {"hyperband", {{"max_t", 9}}}, {"sobol"}},
                      Case{"median", {"median_stopping", {{"grace_period", 2}}}, {"tpe"}},
                      Case{"pbt", {"pbt", {{"perturbation_interval", 2}}}, {"random"}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace luthier::testing

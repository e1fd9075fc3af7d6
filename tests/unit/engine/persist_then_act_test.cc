// Persist, then act: an attempt starts, and goes on after a result, only once the log says so.
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "store/memory_store.h"
#include "support/simulated_run.h"
#include "tuner/plugin_registry.h"

namespace luthier {
namespace {

// A training that looks into the log before each of its steps.
class WatchfulScript final : public TrialScript {
 public:
  explicit WatchfulScript(EventStore& store) : store_(store) {}

  SimulatedStep step(const StartRequest& attempt, std::int64_t iteration) const override {
    ++steps_;
    const bool first = iteration == attempt.iteration + 1;
    if (!(first ? has_start(attempt.id) : has_decision(attempt.id.trial, iteration - 1))) {
      early_.insert({attempt.id.trial.value, attempt.id.attempt, iteration});
    }
    return {.kind = iteration > 4 ? SimulatedStep::Kind::finish : SimulatedStep::Kind::report,
            .duration = 1000,
            .metrics = {{"loss", attempt.config.number("x") / static_cast<double>(iteration)}}};
  }

  std::int64_t steps() const { return steps_; }
  std::size_t early() const { return early_.size(); }

 private:
  template <class Matches>
  bool holds(const Matches& matches) const {
    bool found = false;
    const auto read = store_.read_from(1, [&](const Event& event) {
      found = matches(event);
      return !found;
    });
    return read.ok() && found;
  }
  bool has_start(AttemptId id) const {
    return holds([&](const Event& event) {
      const auto* started = std::get_if<AttemptStarted>(&event.body);
      return started != nullptr && started->trial == id.trial && started->attempt == id.attempt;
    });
  }
  bool has_decision(TrialId trial, std::int64_t iteration) const {
    return holds([&](const Event& event) {
      const auto* made = std::get_if<DecisionMade>(&event.body);
      return made != nullptr && made->trial == trial && made->training_iteration == iteration;
    });
  }

  EventStore& store_;
  mutable std::int64_t steps_ = 0;
  mutable std::set<std::tuple<std::int64_t, std::int64_t, std::int64_t>> early_;
};

TEST(PersistThenAct, NothingStartsOrGoesOnBeforeTheLogSaysSo) {
  ExperimentSpec spec{.name = "e", .objectives = {{"loss", Mode::min}}, .samples = 12};
  spec.space.add("x", uniform(0, 1));
  spec.searcher = {"random"};
  spec.scheduler = {"asha", {{"max_t", 4.0}, {"reduction_factor", 2.0}}};
  ASSERT_TRUE(PluginRegistry().resolve(spec).ok());
  const auto store = make_memory_store();
  const WatchfulScript script(*store);
  const SimulatedRun run = run_simulated(spec, *store, script, 3);
  EXPECT_EQ(run.first_error, "");
  EXPECT_GE(script.steps(), 12);
  EXPECT_EQ(script.early(), 0U);
}

}  // namespace
}  // namespace luthier

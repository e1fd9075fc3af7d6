// What people ask while an experiment runs, and a controller that dies of it: a request that was
// answered is in the log, and one that is in the log is done once, though it comes again.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "engine/loop.h"
#include "engine/recover.h"
#include "laboratory/simulation/simulated_executor.h"
#include "store/memory_store.h"
#include "support/simulated_run.h"
#include "tuner/plugin_registry.h"

namespace luthier {
namespace {

ExperimentSpec spec_of_points() {
  ExperimentSpec spec{.name = "e", .objectives = {{"loss", Mode::min}}, .samples = 6};
  spec.space.add("x", uniform(0, 1));
  spec.searcher = {"random"};
  spec.scheduler = {"asha", {{"max_t", 4.0}, {"reduction_factor", 2.0}}};
  spec.points = {{{"x", 0.125}}, {{"x", 0.25}}, {{"x", 0.5}}};
  EXPECT_TRUE(PluginRegistry().resolve(spec).ok());
  return spec;
}

// Asks at every look for what has no answer yet, as someone who waits for it does.
class Asker {
 public:
  std::vector<ControlRequest> asks() {
    std::vector<ControlRequest> asked;
    for (const auto& each :
         {ControlRequest{.request = RequestKind::enqueue,
                         .who = "ann",
                         .id = "given",
                         .config = {{"x", 0.75}}},
          ControlRequest{
              .request = RequestKind::extend, .who = "ann", .id = "more", .more_samples = 3}}) {
      if (!answered_.contains(each.id)) {
        asked.push_back(each);
      }
    }
    return asked;
  }
  void answer(const ControlRequest& request, const Result<TrialId>& result, EventStore& store) {
    EXPECT_TRUE(result.ok());
    bool logged = false;
    EXPECT_TRUE(store
                    .read_from(1,
                               [&](const Event& event) {
                                 const auto* body = std::get_if<ControlRequested>(&event.body);
                                 logged = logged || (body != nullptr && body->id == request.id);
                                 return true;
                               })
                    .ok());
    EXPECT_TRUE(logged) << request.id << " was answered before it was in the log";
    answered_.insert(request.id);
  }
  std::size_t answered() const { return answered_.size(); }

 private:
  std::set<std::string> answered_;
};

struct Told {
  std::map<std::string, int> requests;  // how often each is in the log
  std::int64_t samples = 0;
  std::vector<Config> given;  // by people
  std::vector<Config> points;
  std::int64_t events = 0;
  int controllers = 0;
};

// Runs until the experiment ends; a controller dies at the sequence, once.
Told run_with_requests(FaultPoint at, Sequence dies) {
  const ExperimentSpec spec = spec_of_points();
  const auto store = make_memory_store();
  VirtualClock clock;
  const CurveScript script(4);
  SimulatedExecutor executor(clock, script);
  SimulatedCheckpoints checkpoints;
  Asker asker;
  Told outcome;
  bool died = false;
  bool over = false;
  while (!over && outcome.controllers < 4) {
    ++outcome.controllers;
    ExperimentState state;
    auto rules = Rules::make(spec);
    auto advisors = PluginRegistry().make_advisors(spec);
    const auto counts = replay_log(*store, state, **advisors, *rules, ReplayDepth::everything);
    EXPECT_TRUE(counts.ok());
    EXPECT_EQ(counts->differences, 0) << counts->first_difference;
    EnginePorts ports{
        .store = *store, .executor = executor, .clock = clock, .checkpoints = checkpoints};
    ports.experiment_directory = "/";
    ports.idle_interval = 1500;
    ports.requests = [&] { return asker.asks(); };
    ports.answer = [&](const auto& request, const auto& result) {
      asker.answer(request, result, *store);
    };
    ports.fault = [&](FaultPoint point, Sequence sequence) {
      const bool now = !died && point == at && sequence >= dies;
      died = died || now;
      return now;
    };
    PlannerOptions options;
    options.jobs = 1;
    options.inventory.cpu = 1;
    options.experiment_directory = "/";
    Engine engine(state, **advisors, *rules, options, ports);
    if (!state.created()) {
      engine.planner().create(spec, "test");
    }
    EXPECT_TRUE(engine.run().ok());
    over = !engine.crashed();
    outcome.samples = state.spec().samples;
  }
  EXPECT_TRUE(over);
  EXPECT_EQ(asker.answered(), 2U);
  EXPECT_TRUE(
      store
          ->read_from(1,
                      [&](const Event& event) {
                        ++outcome.events;
                        if (const auto* asked = std::get_if<ControlRequested>(&event.body)) {
                          ++outcome.requests[asked->id];
                        } else if (const auto* added = std::get_if<TrialAdded>(&event.body)) {
                          if (added->proposed_by == "person") {
                            outcome.given.push_back(added->config);
                          } else if (added->proposed_by == "points") {
                            outcome.points.push_back(added->config);
                          }
                        }
                        return true;
                      })
          .ok());
  return outcome;
}

void expect_once(const Told& outcome) {
  EXPECT_EQ(outcome.requests, (std::map<std::string, int>{{"given", 1}, {"more", 1}}));
  EXPECT_EQ(outcome.samples, 9);
  EXPECT_EQ(outcome.given, (std::vector<Config>{{{"x", 0.75}}}));
  EXPECT_EQ(outcome.points, (std::vector<Config>{{{"x", 0.125}}, {{"x", 0.25}}, {{"x", 0.5}}}));
}

TEST(RequestsOfPeople, AreDoneOnceAndLeaveThePointsToTryFirstAsTheyAre) {
  const Told outcome = run_with_requests(FaultPoint::before_write, 1'000'000);
  EXPECT_EQ(outcome.controllers, 1);
  expect_once(outcome);
}

TEST(RequestsOfPeople, AreDoneOnceThoughTheControllerDiesAnywhere) {
  for (const FaultPoint point : {FaultPoint::before_write,
                                 FaultPoint::after_commit,
                                 FaultPoint::after_acknowledge,
                                 FaultPoint::after_effect}) {
    for (Sequence dies = 1; dies <= 40; ++dies) {
      SCOPED_TRACE(testing::Message() << static_cast<int>(point) << " at " << dies);
      const Told outcome = run_with_requests(point, dies);
      EXPECT_EQ(outcome.controllers, 2);
      expect_once(outcome);
      if (testing::Test::HasFailure()) {
        return;
      }
    }
  }
}

}  // namespace
}  // namespace luthier

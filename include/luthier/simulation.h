// Simulation: an experiment in virtual time, once for each seed. The engine, searchers and
// schedulers are the real ones; only the clock and the executor are not.
//
//   auto runs = luthier::Simulation("bbob:function=3,dimension=5")
//       .scheduler("mine", [] { return std::make_unique<Mine>(); })
//       .workers(64).samples(1000).seeds(1, 10).run();
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "luthier/benchmark.h"
#include "luthier/error.h"
#include "luthier/known_result.h"
#include "luthier/scheduler.h"
#include "luthier/searcher.h"
#include "luthier/value.h"

namespace luthier {

// What the simulated cluster does to trials. Every draw is a function of the seed.
struct ClusterConditions {
  // This share of attempts runs `straggler_slowdown` times slower.
  double straggler_share = 0;
  double straggler_slowdown = 1;
  double failure_rate = 0;      // probability that a training iteration fails its attempt
  double start_latency_s = 0;   // from choosing a trial to its first training iteration
  double report_latency_s = 0;  // from the end of a training iteration to its answer
  // Workers are spread evenly over `nodes`. One node is lost now and then, on average every
  // `node_loss_interval_s` (0: never; exponential gaps), with all attempts on it, and comes back
  // `node_return_s` later.
  std::int64_t nodes = 1;
  double node_loss_interval_s = 0;
  double node_return_s = 60;
  friend bool operator==(const ClusterConditions&, const ClusterConditions&) = default;
};

// The best value so far, after each improvement and at the end.
struct CurvePoint {
  double time_s = 0;                // virtual, since the start
  std::int64_t trials = 0;          // started so far
  std::int64_t resource = 0;        // results reported so far: training iterations
  std::optional<double> best = {};  // as reported, not negated; none: no finite value yet
};

struct SimulatedExperiment {
  std::uint64_t seed = 0;
  std::string name;                 // of the experiment
  std::filesystem::path directory;  // empty unless results were asked for
  std::vector<CurvePoint> curve;    // of the first objective; the last point is the end
  std::optional<double> optimum;    // of the benchmark, where it is known
  // With several objectives: their values of each trial in the Pareto front, as reported, and what
  // the front dominates of the space up to the benchmark's reference point, where it has one.
  std::vector<std::vector<double>> front = {};
  std::optional<double> hypervolume = {};
  bool finished = false;  // false: interrupted
  std::string reason;     // why it ended, a sentence

  // |best - optimum| at the end; none where either is unknown.
  std::optional<double> regret() const;
};

class Simulation {
 public:
  explicit Simulation(std::string benchmark, std::string task = {});  // as for open_benchmark
  explicit Simulation(std::shared_ptr<const Benchmark> benchmark);    // one's own

  Simulation& minimize(std::string metric);  // default: the benchmark's objectives
  Simulation& maximize(std::string metric);
  Simulation& require(const std::string& condition);                        // as Tuner::require
  Simulation& prior(const std::string& belief);                             // as Tuner::prior
  Simulation& related(std::string name, std::vector<KnownResult> results);  // as Tuner::related
  Simulation& searcher(std::string name, NamedValues options = {});         // default: random
  Simulation& scheduler(std::string name, NamedValues options = {});        // default: fifo
  Simulation& searcher(std::string name, std::function<std::unique_ptr<Searcher>()> make);
  Simulation& scheduler(std::string name, std::function<std::unique_ptr<TrialScheduler>()> make);
  Simulation& workers(std::int64_t count);  // default 1
  Simulation& samples(std::int64_t count);  // default: no limit but the time
  Simulation& time_budget(double seconds);  // virtual
  Simulation& retries(std::int64_t count);
  Simulation& seeds(std::uint64_t first, std::int64_t count = 1);  // default: seed 0
  Simulation& conditions(ClusterConditions conditions);
  // Keeps each experiment under `directory` as an ordinary one, NAME-SEED. Without this no event
  // outlives the decision it caused: a finished trial costs less than 1 KB.
  Simulation& results(std::filesystem::path directory);
  Simulation& name(std::string prefix);  // default: benchmark, task, scheduler and searcher

  // One after the other. Everything is checked before the first begins.
  Result<std::vector<SimulatedExperiment>> run();

  Simulation(Simulation&&) noexcept;
  Simulation& operator=(Simulation&&) noexcept;
  ~Simulation();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace luthier

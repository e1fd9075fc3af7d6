#include "laboratory/simulation/benchmark_workload.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "luthier/rng.h"

namespace luthier {
namespace {

// At least one, so that time always passes.
TimePoint microseconds(double seconds) {
  constexpr double kCentury = 3.2e15;
  return std::max<TimePoint>(
      1, static_cast<TimePoint>(std::llround(std::min(seconds * 1e6, kCentury))));
}

class Attempt final : public AttemptScript {
 public:
  Attempt(std::unique_ptr<BenchmarkRun> run,
          const ClusterConditions& conditions,
          std::uint64_t seed,
          const StartRequest& request,
          std::int64_t iterations)
      : run_(std::move(run)),
        conditions_(conditions),
        draws_(seed,
               "cluster/" + std::to_string(request.id.attempt),
               static_cast<std::uint64_t>(request.id.trial.value)),
        first_(request.iteration + 1),
        iterations_(iterations) {
    slowdown_ = conditions_.straggler_share > 0 && draws_.uniform() < conditions_.straggler_share
                    ? conditions_.straggler_slowdown
                    : 1.0;
  }

  SimulatedStep next(std::int64_t iteration) override {
    if (iteration > iterations_) {
      return {.kind = SimulatedStep::Kind::finish};
    }
    BenchmarkStep step = run_->step(iteration);
    const double latency =
        conditions_.report_latency_s + (iteration == first_ ? conditions_.start_latency_s : 0.0);
    SimulatedStep simulated{.duration = microseconds(step.seconds * slowdown_ + latency),
                            .metrics = std::move(step.metrics)};
    if (!step.failure.empty()) {
      simulated.kind = SimulatedStep::Kind::fail;
      simulated.message = std::move(step.failure);
      return simulated;
    }
    if (conditions_.failure_rate > 0 && draws_.uniform() < conditions_.failure_rate) {
      simulated.kind = SimulatedStep::Kind::fail;
      simulated.message = "simulated failure in training iteration " + std::to_string(iteration);
    }
    return simulated;
  }

 private:
  std::unique_ptr<BenchmarkRun> run_;
  const ClusterConditions& conditions_;
  Rng draws_;
  std::int64_t first_;
  std::int64_t iterations_;
  double slowdown_ = 1;
};

}  // namespace

BenchmarkWorkload::BenchmarkWorkload(std::shared_ptr<const Benchmark> benchmark,
                                     ClusterConditions conditions,
                                     std::uint64_t seed)
    : benchmark_(std::move(benchmark)), conditions_(conditions), seed_(seed) {}

std::unique_ptr<AttemptScript> BenchmarkWorkload::begin(const StartRequest& attempt) const {
  return std::make_unique<Attempt>(benchmark_->run(attempt.config, attempt.seed),
                                   conditions_,
                                   seed_,
                                   attempt,
                                   benchmark_->facts().iterations);
}

}  // namespace luthier

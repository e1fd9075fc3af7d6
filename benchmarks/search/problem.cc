#include "search/problem.h"

#include <utility>

namespace bench {

Problem::Problem(const std::string& name)
    : benchmark_(std::move(luthier::open_benchmark(name).value())),
      optimum_(benchmark_->optimum(benchmark_->facts().objective).value()) {}

double Problem::regret(const luthier::Config& config) const {
  const luthier::BenchmarkStep step = benchmark_->run(config, 0)->step(1);
  return step.metrics.number(benchmark_->facts().objective.metric) - optimum_;
}

}  // namespace bench

#include "search/problem.h"

#include <algorithm>
#include <utility>

namespace bench {
namespace {

luthier::Objective judged(const luthier::BenchmarkFacts& facts) {
  const bool has_truth = std::ranges::find(facts.metrics, "true_value") != facts.metrics.end();
  return has_truth ? luthier::Objective{"true_value", facts.objective.mode} : facts.objective;
}

}  // namespace

Problem::Problem(const std::string& name)
    : benchmark_(std::move(luthier::open_benchmark(name).value())),
      judged_(judged(benchmark_->facts())),
      optimum_(benchmark_->optimum(judged_).value()) {}

Evaluation Problem::evaluate(const luthier::Config& config, std::uint64_t seed) const {
  const luthier::BenchmarkStep step = benchmark_->run(config, seed)->step(1);
  if (!step.failure.empty()) {
    return {.failed = true};
  }
  return {.loss = step.metrics.number(benchmark_->facts().objective.metric) -
                  (judged_ == benchmark_->facts().objective ? optimum_ : 0),
          .regret = step.metrics.number(judged_.metric) - optimum_};
}

}  // namespace bench

// A benchmark of one evaluation whose least value is known: what searchers are judged on.
#pragma once

#include <memory>
#include <string>

#include "luthier/benchmark.h"

namespace bench {

struct Evaluation {
  bool failed = false;
  double loss = 0;    // what the searcher is told: may be noisy, NaN and of any scale
  double regret = 0;  // how much worse the true value is than the optimum
};

class Problem {
 public:
  // `name` as after `luthier simulate --benchmark`. Aborts when there is no such benchmark or its
  // least value is unknown.
  explicit Problem(const std::string& name);

  const luthier::Space& space() const { return benchmark_->facts().space; }
  // `seed`: of the trial, for noise and failures by chance.
  Evaluation evaluate(const luthier::Config& config, std::uint64_t seed) const;

 private:
  std::shared_ptr<const luthier::Benchmark> benchmark_;
  luthier::Objective judged_;  // "true_value" where the benchmark has one
  double optimum_;
};

}  // namespace bench

// A benchmark of one evaluation whose least value is known: what searchers are judged on.
#pragma once

#include <memory>
#include <string>

#include "luthier/benchmark.h"

namespace bench {

class Problem {
 public:
  // `name` as after `luthier simulate --benchmark`. Aborts when there is no such benchmark or its
  // least value is unknown.
  explicit Problem(const std::string& name);

  const luthier::Space& space() const { return benchmark_->facts().space; }
  double regret(const luthier::Config& config) const;

 private:
  std::shared_ptr<const luthier::Benchmark> benchmark_;
  double optimum_;
};

}  // namespace bench

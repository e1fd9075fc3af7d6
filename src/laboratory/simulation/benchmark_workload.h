// BenchmarkWorkload: attempts that train as a benchmark says, on a cluster as its conditions say.
#pragma once

#include <memory>

#include "laboratory/simulation/workload.h"
#include "luthier/simulation.h"

namespace luthier {

class BenchmarkWorkload final : public Workload {
 public:
  BenchmarkWorkload(std::shared_ptr<const Benchmark> benchmark,
                    ClusterConditions conditions,
                    std::uint64_t seed);

  std::unique_ptr<AttemptScript> begin(const StartRequest& attempt) const override;

 private:
  std::shared_ptr<const Benchmark> benchmark_;
  ClusterConditions conditions_;
  std::uint64_t seed_;
};

}  // namespace luthier

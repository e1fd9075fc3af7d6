// The training of a function's configuration: one evaluation, one second, the metric "value".
#pragma once

#include "luthier/benchmark.h"

namespace luthier {

class SingleValue final : public BenchmarkRun {
 public:
  explicit SingleValue(double value) : value_(value) {}
  BenchmarkStep step(std::int64_t /*iteration*/) const override {
    return {.metrics = {{"value", value_}}};
  }

 private:
  double value_;
};

}  // namespace luthier

// The built-in benchmarks, by the name before the colon: "bbob:function=3,dimension=5".
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "luthier/benchmark.h"
#include "luthier/plugin.h"

namespace luthier {

struct BenchmarkFamily {
  std::string_view name;
  std::string_view summary;
  std::vector<OptionSpec> options;
  // `options` are complete and checked; `text` is the benchmark's canonical text.
  Result<std::shared_ptr<const Benchmark>> (*make)(const NamedValues& options, std::string text);
};

BenchmarkFamily bbob_family();
BenchmarkFamily conditional_family();
BenchmarkFamily mixed_family();
std::vector<BenchmarkFamily> troubled_families();
std::vector<BenchmarkFamily> multi_objective_families();
std::vector<BenchmarkFamily> benchmark_families();

}  // namespace luthier

// A stranger's benchmark: an index, the rows and the numbers of a table, with lines "---" between
// them. What opens can be drawn from and run.
#include <cstddef>
#include <cstdint>

#include "input.h"
#include "luthier/benchmark.h"
#include "luthier/compiled_space.h"
#include "scratch_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  Input input(data, size);
  const auto index = write_scratch("table.json", input.section());
  write_scratch("table_parameters.csv", input.section());
  write_scratch("table.bin", input.rest());
  const auto benchmark = open_benchmark(index.string(), {});
  if (!benchmark) {
    return 0;
  }
  const BenchmarkFacts& facts = (*benchmark)->facts();
  static_cast<void>((*benchmark)->optimum(facts.objective));
  const auto space = CompiledSpace::compile(facts.space);
  Rng rng(1, "fuzz");
  const auto config = space ? space->sample(rng, 0) : Result<Config>(space.error());
  if (!config) {
    return 0;
  }
  const auto run = (*benchmark)->run(*config, 1);
  for (std::int64_t i = 1; i <= facts.iterations && i <= 3; ++i) {
    static_cast<void>(to_json(run->step(i).metrics));
  }
  static_cast<void>(run->step(facts.iterations));
  return 0;
}

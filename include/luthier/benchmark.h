// Benchmark: what trials would report and when, so that searchers and schedulers are judged in
// virtual time. Tables of learning curves, functions and curves are built in (docs/simulation.md);
// a program may bring its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/error.h"
#include "luthier/space.h"
#include "luthier/trial.h"
#include "luthier/value.h"

namespace luthier {

// One training iteration: what it reports, and the virtual seconds it takes.
struct BenchmarkStep {
  Metrics metrics;
  double seconds = 1;
  std::string failure = {};  // not empty: the attempt fails with this message and reports nothing
};

// The training of one configuration. A pure function of the iteration: an attempt that goes on from
// a checkpoint sees what an earlier one would have seen.
class BenchmarkRun {
 public:
  virtual ~BenchmarkRun() = default;
  virtual BenchmarkStep step(std::int64_t iteration) const = 0;  // 1 .. BenchmarkFacts::iterations
};

struct BenchmarkFacts {
  std::string name;       // "lcbench", "bbob:function=3,dimension=5,instance=1"
  std::string task = {};  // of a table; else empty
  Space space;
  std::vector<std::string> metrics;
  Objective objective;          // the usual one; any other metric may be chosen
  std::int64_t iterations = 1;  // a trial that nothing stops has returned after so many
  std::vector<Objective> further_objectives = {};  // of a benchmark with several
  // Where it has several: up to where the hypervolume is counted, a value for `objective` and each
  // of `further_objectives`, in this order.
  std::vector<double> reference = {};
};

// Any thread; nothing changes after it was made.
class Benchmark {
 public:
  virtual ~Benchmark() = default;
  virtual const BenchmarkFacts& facts() const = 0;
  // `seed` is the trial's own, for benchmarks with noise. The benchmark outlives its runs.
  virtual std::unique_ptr<BenchmarkRun> run(const Config& config, std::uint64_t seed) const = 0;
  // The best value of this objective that any configuration reaches, where it is known.
  virtual std::optional<double> optimum(const Objective& /*objective*/) const { return {}; }
};

// A built-in benchmark by its text, "bbob:function=3,dimension=5,instance=71", or a table or curves
// by the path of their index, "lcbench.json". `task`: one of a table's tasks; may be empty where
// there is but one. Errors name what is wrong and what there is.
Result<std::shared_ptr<const Benchmark>> open_benchmark(std::string_view text,
                                                        std::string_view task = {});

}  // namespace luthier

// The BBOB functions as benchmarks: one evaluation, one second.
#include "base/try.h"
#include "laboratory/simulation/benchmarks/bbob.h"
#include "laboratory/simulation/benchmarks/benchmark_families.h"
#include "laboratory/simulation/benchmarks/single_value.h"

namespace luthier {
namespace {

class Bbob final : public Benchmark {
 public:
  Bbob(BbobFunction function, std::string text)
      : function_(std::move(function)),
        facts_{.name = std::move(text), .metrics = {"value"}, .objective = {"value", Mode::min}} {
    for (int i = 0; i < function_.dimension(); ++i) {
      facts_.space.add("x" + std::to_string(i), uniform(-5, 5));
    }
  }

  const BenchmarkFacts& facts() const override { return facts_; }
  std::unique_ptr<BenchmarkRun> run(const Config& config, std::uint64_t /*seed*/) const override {
    std::vector<double> x;
    x.reserve(config.size());
    for (const auto& [name, value] : config) {
      x.push_back(*value.number());
    }
    return std::make_unique<SingleValue>(function_(x));
  }
  std::optional<double> optimum(const Objective& objective) const override {
    return objective.mode == Mode::min ? std::optional(function_.optimum_value()) : std::nullopt;
  }

 private:
  BbobFunction function_;
  BenchmarkFacts facts_;
};

Result<std::shared_ptr<const Benchmark>> make(const NamedValues& options, std::string text) {
  LUTHIER_TAKE(auto function,
               BbobFunction::make(static_cast<int>(options.integer("function")),
                                  static_cast<int>(options.integer("dimension")),
                                  static_cast<int>(options.integer("instance"))));
  return std::shared_ptr<const Benchmark>(
      std::make_shared<const Bbob>(std::move(function), std::move(text)));
}

}  // namespace

BenchmarkFamily bbob_family() {
  return {.name = "bbob",
          .summary = "the 24 noiseless functions of the BBOB suite",
          .options = {{.name = "function",
                       .type = OptionType::integer,
                       .meaning = "which of the 24",
                       .minimum = 1,
                       .maximum = BbobFunction::kFunctions},
                      {.name = "dimension",
                       .type = OptionType::integer,
                       .default_value = 5,
                       .meaning = "number of parameters, x0, x1, ...",
                       .minimum = 2,
                       .maximum = 1000},
                      {.name = "instance",
                       .type = OptionType::integer,
                       .default_value = 1,
                       .meaning = "shift and rotation",
                       .minimum = 1,
                       .maximum = 1e6}},
          .make = make};
}

}  // namespace luthier

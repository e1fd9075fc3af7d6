// Functions of several objectives with known fronts: ZDT1 to ZDT3 (Zitzler, Deb and Thiele,
// "Comparison of multiobjective evolutionary algorithms", 2000) and DTLZ2 (Deb, Thiele, Laumanns
// and Zitzler, "Scalable multi-objective optimization test problems", 2002).
#include <cmath>
#include <numbers>

#include "base/failure.h"
#include "laboratory/simulation/benchmarks/benchmark_families.h"

namespace luthier {
namespace {

using Point = std::vector<double>;

constexpr double kZdtReference = 11;
constexpr double kDtlzReference = 2.5;

class OneStep final : public BenchmarkRun {
 public:
  explicit OneStep(Metrics metrics) : metrics_(std::move(metrics)) {}
  BenchmarkStep step(std::int64_t /*iteration*/) const override { return {.metrics = metrics_}; }

 private:
  Metrics metrics_;
};

// The second objective of ZDT, with the first and g(x): how far the others are from the front.
double zdt_second(std::int64_t function, double f1, double g) {
  const double share = f1 / g;
  switch (function) {
    case 1:
      return g * (1 - std::sqrt(share));
    case 2:
      return g * (1 - share * share);
    default:
      return g * (1 - std::sqrt(share) - share * std::sin(10 * std::numbers::pi * f1));
  }
}

Point zdt(std::int64_t function, const Point& x) {
  double sum = 0;
  for (std::size_t i = 1; i < x.size(); ++i) {
    sum += x[i];
  }
  const double g = 1 + 9 * sum / static_cast<double>(x.size() - 1);
  return {x[0], zdt_second(function, x[0], g)};
}

Point dtlz2(std::size_t objectives, const Point& x) {
  double distance = 0;
  for (std::size_t i = objectives - 1; i < x.size(); ++i) {
    distance += (x[i] - 0.5) * (x[i] - 0.5);
  }
  Point f(objectives, 1 + distance);
  for (std::size_t i = 0; i < objectives; ++i) {
    for (std::size_t angle = 0; angle + 1 < objectives - i; ++angle) {
      f[i] *= std::cos(x[angle] * std::numbers::pi / 2);
    }
    f[i] *= i == 0 ? 1 : std::sin(x[objectives - 1 - i] * std::numbers::pi / 2);
  }
  return f;
}

class MultiObjective final : public Benchmark {
 public:
  // `function`: 1 to 3 of ZDT, 0 is DTLZ2.
  MultiObjective(std::int64_t function,
                 std::size_t objectives,
                 std::int64_t dimension,
                 std::string text)
      : function_(function), facts_{.name = std::move(text), .objective = {"f1", Mode::min}} {
    for (std::int64_t i = 0; i < dimension; ++i) {
      facts_.space.add("x" + std::to_string(i), uniform(0, 1));
    }
    for (std::size_t i = 0; i < objectives; ++i) {
      facts_.metrics.push_back("f" + std::to_string(i + 1));
      facts_.reference.push_back(function == 0 ? kDtlzReference : kZdtReference);
      if (i > 0) {
        facts_.further_objectives.push_back({facts_.metrics.back(), Mode::min});
      }
    }
  }

  const BenchmarkFacts& facts() const override { return facts_; }
  std::unique_ptr<BenchmarkRun> run(const Config& config, std::uint64_t /*seed*/) const override {
    Point x;
    for (const auto& [name, value] : config) {
      x.push_back(*value.number());
    }
    const Point f = function_ == 0 ? dtlz2(facts_.metrics.size(), x) : zdt(function_, x);
    Metrics metrics;
    for (std::size_t i = 0; i < f.size(); ++i) {
      metrics.append(facts_.metrics[i], f[i]);
    }
    return std::make_unique<OneStep>(std::move(metrics));
  }

 private:
  std::int64_t function_;
  BenchmarkFacts facts_;
};

OptionSpec dimension_option(std::int64_t usual) {
  return {.name = "dimension",
          .type = OptionType::integer,
          .default_value = usual,
          .meaning = "number of parameters, x0, x1, ...",
          .minimum = 2,
          .maximum = 1000};
}

using Made = Result<std::shared_ptr<const Benchmark>>;

Made make_zdt(const NamedValues& options, std::string text) {
  return Made(std::make_shared<const MultiObjective>(
      options.integer("function"), 2, options.integer("dimension"), std::move(text)));
}

Made make_dtlz2(const NamedValues& options, std::string text) {
  const std::int64_t objectives = options.integer("objectives");
  if (options.integer("dimension") < objectives) {
    return failure(ErrorCode::invalid_argument,
                   "{} has fewer parameters than objectives; raise dimension to {} or more",
                   text,
                   objectives);
  }
  return Made(std::make_shared<const MultiObjective>(
      0, static_cast<std::size_t>(objectives), options.integer("dimension"), std::move(text)));
}

}  // namespace

std::vector<BenchmarkFamily> multi_objective_families() {
  return {{.name = "zdt",
           .summary = "functions of two objectives, f1 and f2, each to be minimised",
           .options = {{.name = "function",
                        .type = OptionType::integer,
                        .meaning = "which of the first three",
                        .minimum = 1,
                        .maximum = 3},
                       dimension_option(30)},
           .make = make_zdt},
          {.name = "dtlz2",
           .summary = "a function of several objectives, f1, f2, ..., each to be minimised",
           .options = {{.name = "objectives",
                        .type = OptionType::integer,
                        .default_value = 2,
                        .meaning = "number of objectives",
                        .minimum = 2,
                        .maximum = 10},
                       dimension_option(12)},
           .make = make_dtlz2}};
}

}  // namespace luthier

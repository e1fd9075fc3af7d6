// Smooth functions with one of the troubles of real training: noise, failures, ties, huge losses.
// Each is a BBOB function less its minimum, over its range: the difference between the 5% and the
// 95% quantile of its values. "true_value" is what a searcher is judged on.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/format.h"
#include "base/try.h"
#include "laboratory/simulation/benchmarks/bbob.h"
#include "laboratory/simulation/benchmarks/benchmark_families.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

constexpr std::uint64_t kProbes = 400;  // random places that tell the range
constexpr std::size_t kRows = 1000;     // of the table

enum class Trouble { noise, failures, failing_region, nan_region, ties, heavy_tail, rows };

double quantile(std::vector<double> values, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(at));
  return values[at];
}

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  return sum;
}

double squared_distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return sum;
}

std::vector<std::vector<double>> random_places(std::size_t count,
                                               int dimension,
                                               std::string_view stream,
                                               std::uint64_t seed) {
  Rng rng(seed, stream);
  std::vector<std::vector<double>> out(count);
  for (auto& place : out) {
    for (int axis = 0; axis < dimension; ++axis) {
      place.push_back(rng.uniform(-5, 5));
    }
  }
  return out;
}

class Step final : public BenchmarkRun {
 public:
  explicit Step(BenchmarkStep step) : step_(std::move(step)) {}
  BenchmarkStep step(std::int64_t /*iteration*/) const override { return step_; }

 private:
  BenchmarkStep step_;
};

class Troubled final : public Benchmark {
 public:
  Troubled(BbobFunction function,
           Trouble trouble,
           double level,
           std::uint64_t instance,
           std::string text)
      : function_(std::move(function)),
        trouble_(trouble),
        level_(level),
        facts_{.name = std::move(text),
               .metrics = {"value", "true_value"},
               .objective = {"value", Mode::min}} {
    for (int i = 0; i < function_.dimension(); ++i) {
      facts_.space.add("x" + std::to_string(i), uniform(-5, 5));
    }
    const auto probes = random_places(kProbes, function_.dimension(), "trouble/probes", instance);
    std::vector<double> values;
    for (const auto& probe : probes) {
      values.push_back(function_(probe));
    }
    range_ = quantile(values, 0.95) - quantile(values, 0.05);
    set_region(probes, instance);
    if (trouble == Trouble::rows) {
      rows_ = random_places(kRows, function_.dimension(), "trouble/rows", instance);
    }
  }

  const BenchmarkFacts& facts() const override { return facts_; }

  std::unique_ptr<BenchmarkRun> run(const Config& config, std::uint64_t seed) const override {
    std::vector<double> x;
    for (const auto& [name, value] : config) {
      x.push_back(*value.number());
    }
    return std::make_unique<Step>(step(x, seed));
  }

  std::optional<double> optimum(const Objective& objective) const override {
    if (objective.mode == Mode::max ||
        (trouble_ == Trouble::noise && objective.metric == "value")) {
      return std::nullopt;
    }
    double least = rows_.empty() ? 0 : std::numeric_limits<double>::infinity();
    for (const auto& row : rows_) {
      least = std::min(least, relative(row));
    }
    return least;
  }

 private:
  // A half space that holds this share of all places, and not the optimum.
  void set_region(const std::vector<std::vector<double>>& probes, std::uint64_t instance) {
    Rng rng(instance, "trouble/region");
    for (int axis = 0; axis < function_.dimension(); ++axis) {
      direction_.push_back(rng.normal());
    }
    const auto border = [&] {
      std::vector<double> along;
      for (const auto& probe : probes) {
        along.push_back(dot(probe, direction_));
      }
      return quantile(along, 1 - std::clamp(level_, 0.0, 0.5));
    };
    if (dot(function_.optimum(), direction_) >= border()) {
      for (double& each : direction_) {
        each = -each;
      }
    }
    border_ = border();
  }

  double relative(std::span<const double> x) const {
    return std::max(0.0, function_(x) - function_.optimum_value()) / range_;
  }
  bool is_in_region(std::span<const double> x) const { return dot(x, direction_) > border_; }

  std::span<const double> nearest_row(std::span<const double> x) const {
    return *std::ranges::min_element(
        rows_, {}, [&](const auto& row) { return squared_distance(row, x); });
  }

  BenchmarkStep step(std::span<const double> x, std::uint64_t seed) const;

  BbobFunction function_;
  Trouble trouble_;
  double level_;
  BenchmarkFacts facts_;
  double range_ = 1;
  std::vector<double> direction_;
  double border_ = 0;
  std::vector<std::vector<double>> rows_;
};

BenchmarkStep Troubled::step(std::span<const double> x, std::uint64_t seed) const {
  const double clean = relative(rows_.empty() ? x : nearest_row(x));
  double value = clean;
  double judged = clean;
  Rng rng(seed, "trouble");
  switch (trouble_) {
    case Trouble::noise:
      value += level_ * rng.normal();
      break;
    case Trouble::failures:
      if (rng.uniform() < level_) {
        return {.metrics = {}, .failure = "failed by chance"};
      }
      break;
    case Trouble::failing_region:
      if (is_in_region(x)) {
        return {.metrics = {}, .failure = "this region fails"};
      }
      break;
    case Trouble::nan_region:
      value = is_in_region(x) ? std::numeric_limits<double>::quiet_NaN() : clean;
      judged = value;
      break;
    case Trouble::ties:
      value = judged = std::floor(clean * level_) / level_;
      break;
    case Trouble::heavy_tail:
      value = clean * std::pow(10.0, std::min(level_ * clean, 12.0));
      break;
    case Trouble::rows:
      break;
  }
  return {.metrics = {{"value", value}, {"true_value", judged}}};
}

template <Trouble trouble>
Result<std::shared_ptr<const Benchmark>> make(const NamedValues& options, std::string text) {
  const auto instance = options.integer("instance");
  LUTHIER_TAKE(auto function,
               BbobFunction::make(static_cast<int>(options.integer("function")),
                                  static_cast<int>(options.integer("dimension")),
                                  static_cast<int>(instance)));
  const double level = options.contains("level") ? options.number("level") : 0;
  return std::shared_ptr<const Benchmark>(std::make_shared<const Troubled>(
      std::move(function), trouble, level, static_cast<std::uint64_t>(instance), std::move(text)));
}

struct Row {
  std::string_view name;
  std::string_view summary;
  std::string_view meaning;  // of the level; empty: it has none
  double level;
  double least;
  double most;
  decltype(BenchmarkFamily::make) make;
};

constexpr std::array kRowsOfFamilies = {
    Row{"noise",
        "BBOB functions with noise",
        "standard deviation of the noise as a fraction of the function's range",
        0.1,
        0,
        100,
        make<Trouble::noise>},
    Row{"failures",
        "BBOB functions that fail by chance",
        "fraction of trials that fail",
        0.2,
        0,
        1,
        make<Trouble::failures>},
    Row{"failing_region",
        "BBOB functions that fail in a part of the space",
        "fraction of the space that fails",
        0.3,
        0,
        0.5,
        make<Trouble::failing_region>},
    Row{"nan_region",
        "BBOB functions that are NaN in a part of the space",
        "fraction of the space that is NaN",
        0.3,
        0,
        0.5,
        make<Trouble::nan_region>},
    Row{"ties",
        "BBOB functions with few different values",
        "number of different values within the function's range",
        100,
        1,
        1e6,
        make<Trouble::ties>},
    Row{"heavy_tail",
        "BBOB functions with a few huge values",
        "powers of ten that each range above the minimum adds",
        4,
        0,
        12,
        make<Trouble::heavy_tail>},
    Row{"rows",
        "BBOB functions at the nearest of 1,000 places, as in a table",
        "",
        0,
        0,
        0,
        make<Trouble::rows>}};

std::vector<OptionSpec> options(const Row& row) {
  std::vector<OptionSpec> out = bbob_family().options;
  if (!row.meaning.empty()) {
    out.push_back({.name = "level",
                   .type = OptionType::number,
                   .default_value = row.level,
                   .meaning = std::string(row.meaning),
                   .minimum = row.least,
                   .maximum = row.most});
  }
  return out;
}

}  // namespace

std::vector<BenchmarkFamily> troubled_families() {
  std::vector<BenchmarkFamily> out;
  for (const Row& row : kRowsOfFamilies) {
    out.push_back(
        {.name = row.name, .summary = row.summary, .options = options(row), .make = row.make});
  }
  return out;
}

}  // namespace luthier

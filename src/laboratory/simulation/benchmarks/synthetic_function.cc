#include "laboratory/simulation/benchmarks/synthetic_function.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "laboratory/simulation/benchmarks/single_value.h"
#include "luthier/rng.h"

namespace luthier {
namespace {

CompiledSpace compile(const SyntheticDefinition& definition) {
  Space space;
  for (const SyntheticTerm& term : definition.terms) {
    const auto added = space.add_text(term.parameter);
    LUTHIER_CHECK(added.ok(), term.parameter);
  }
  auto compiled = CompiledSpace::compile(std::move(space));
  LUTHIER_CHECK(compiled.ok(), definition.name);
  return std::move(*compiled);
}

class Synthetic final : public Benchmark {
 public:
  Synthetic(SyntheticFunction function, std::string text)
      : function_(std::move(function)),
        facts_{.name = std::move(text),
               .space = function_.space().declaration(),
               .metrics = {"value"},
               .objective = {"value", Mode::min}} {}

  const BenchmarkFacts& facts() const override { return facts_; }
  std::unique_ptr<BenchmarkRun> run(const Config& config, std::uint64_t /*seed*/) const override {
    return std::make_unique<SingleValue>(function_(config));
  }
  std::optional<double> optimum(const Objective& objective) const override {
    return objective.mode == Mode::min ? std::optional(0.0) : std::nullopt;
  }

 private:
  SyntheticFunction function_;
  BenchmarkFacts facts_;
};

}  // namespace

SyntheticFunction::SyntheticFunction(std::string family,
                                     const SyntheticDefinition& definition,
                                     int instance)
    : stream_(formatted("{}/{}", std::move(family), definition.name)),
      instance_(static_cast<std::uint64_t>(instance)),
      space_(compile(definition)) {
  for (const Axis& axis : space_.axes()) {
    terms_.push_back(definition.terms[axis.parameter]);
  }
}

double SyntheticFunction::centre(std::size_t axis, const Config& config) const {
  std::string stream =
      formatted("{}/{}", stream_, space_.parameters()[space_.axes()[axis].parameter].name);
  if (const Value* by = terms_[axis].moved_by ? config.find(terms_[axis].moved_by) : nullptr) {
    stream += "/" + to_text(*by);
  }
  const double drawn = Rng(instance_, stream).uniform(0.1, 0.9);
  if (space_.axes()[axis].kind == AxisKind::continuous) {
    return drawn;
  }
  const auto [low, high] = space_.cell(axis, drawn);  // a discrete value can be met exactly
  return (low + high) / 2;
}

std::vector<double> SyntheticFunction::offsets(std::size_t axis) const {
  std::vector<double> out = terms_[axis].offsets;
  if (terms_[axis].shifts) {
    Rng rng(instance_,
            formatted("{}/{}", stream_, space_.parameters()[space_.axes()[axis].parameter].name));
    const auto by = static_cast<std::ptrdiff_t>(rng.below(out.size()));
    std::ranges::rotate(out, out.begin() + by);
  }
  return out;
}

double SyntheticFunction::term(std::size_t axis, double coordinate, const Config& config) const {
  const SyntheticTerm& term = terms_[axis];
  if (!term.offsets.empty()) {
    const auto level =
        static_cast<std::size_t>(coordinate * static_cast<double>(term.offsets.size()));
    return offsets(axis)[std::min(level, term.offsets.size() - 1)];
  }
  const double distance = coordinate - centre(axis, config);
  return term.weight * distance * distance +
         term.ripple * (1 - std::cos(10 * std::numbers::pi * distance));
}

double SyntheticFunction::operator()(const Config& config) const {
  const std::vector<double> point = space_.encode(config);
  double sum = 0;
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    if (!std::isnan(point[axis])) {
      sum += term(axis, point[axis], config);
    }
  }
  return sum;
}

Config SyntheticFunction::optimum() const {
  std::vector<double> point(terms_.size(), 0.5);
  for (std::size_t axis = 0; axis < terms_.size(); ++axis) {
    const std::vector<double> given = offsets(axis);
    const auto best = std::ranges::min_element(given) - given.begin();
    point[axis] = given.empty()
                      ? centre(axis, space_.decode(point))
                      : (static_cast<double>(best) + 0.5) / static_cast<double>(given.size());
  }
  return space_.decode(point);
}

Result<std::shared_ptr<const Benchmark>> make_synthetic(
    const std::string& family,
    std::span<const SyntheticDefinition> definitions,
    const NamedValues& options,
    std::string text) {
  const auto number = static_cast<std::size_t>(options.integer("function"));
  SyntheticFunction function(
      family, definitions[number - 1], static_cast<int>(options.integer("instance")));
  return std::shared_ptr<const Benchmark>(
      std::make_shared<const Synthetic>(std::move(function), std::move(text)));
}

std::vector<OptionSpec> synthetic_options(std::size_t functions) {
  return {{.name = "function",
           .type = OptionType::integer,
           .meaning = "which function",
           .minimum = 1,
           .maximum = static_cast<double>(functions)},
          {.name = "instance",
           .type = OptionType::integer,
           .default_value = 1,
           .meaning = "moves the optimum",
           .minimum = 1,
           .maximum = 1e6}};
}

}  // namespace luthier

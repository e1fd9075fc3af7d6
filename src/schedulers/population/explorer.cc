#include "schedulers/population/explorer.h"

#include <algorithm>
#include <cmath>

#include "schedulers/population/variation.h"

namespace luthier {
namespace {

constexpr int kMaximumDraws = 100;

bool is_integer(DomainKind kind) {
  return kind == DomainKind::randint || kind == DomainKind::qrandint ||
         kind == DomainKind::lograndint || kind == DomainKind::qlograndint;
}
bool is_normal(DomainKind kind) {
  return kind == DomainKind::normal || kind == DomainKind::qnormal;
}

// The distance between neighbouring values; 0 for real numbers.
double spacing(const Domain& domain) {
  return domain.step > 0 ? domain.step : is_integer(domain.kind) ? 1 : 0;
}

// The largest value of a bounded domain.
double top(const Domain& domain) {
  if (domain.step > 0) {
    // The division may fall just short of a whole number of steps: 0.3 / 0.1.
    const double steps = std::floor((domain.high - domain.low) / domain.step * (1 + 1e-12));
    return domain.low + steps * domain.step;
  }
  return is_integer(domain.kind) ? domain.high - 1 : std::nextafter(domain.high, domain.low);
}

// The value of the domain closest to `x`.
double nearest(const Domain& domain, double x) {
  const double step = spacing(domain);
  const double base = is_normal(domain.kind) ? 0 : domain.low;
  if (step > 0) {
    x = base + std::round((x - base) / step) * step;
  }
  return is_normal(domain.kind) ? x : std::clamp(x, domain.low, top(domain));
}

double scaled(const Domain& domain, double value, double factor) {
  const double moved = nearest(domain, value * factor);
  const double step = spacing(domain);
  if (step == 0 || moved != value || factor == 1) {
    return moved;
  }
  const bool up = (factor > 1) == (value >= 0);
  return nearest(domain, up ? value + step : value - step);
}

double neighbour(const Axis& axis, double at, Rng& rng) {
  const auto levels = static_cast<double>(axis.levels);
  const double shift = rng.below(2) == 0 ? -1 : 1;
  const double level = std::clamp(std::floor(at * levels) + shift, 0.0, levels - 1);
  return (level + 0.5) / levels;
}

}  // namespace

bool Explorer::varies(const CompiledSpace& space, const Axis& axis) const {
  return may_vary(space, axis, options_.parameters);
}

ExploredConfig Explorer::explore(const CompiledSpace& space, const Config& from, Rng& rng) const {
  for (int i = 0; i < kMaximumDraws; ++i) {
    Config config = draw(space, from, rng);
    if (space.satisfies_constraints(config)) {
      return {config, changes_between(from, config)};
    }
  }
  return {from, "no change meets the constraints"};
}

Config Explorer::draw(const CompiledSpace& space, const Config& from, Rng& rng) const {
  std::vector<double> point = space.encode(from);
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < point.size(); ++i) {
    const Axis& axis = space.axes()[i];
    const std::string& name = space.parameters()[axis.parameter].name;
    const Value* value = from.find(name);
    if (value != nullptr && !varies(space, axis)) {
      kept.push_back(name);
    } else if (value == nullptr || std::isnan(point[i]) ||
               rng.uniform() < options_.resample_probability) {
      point[i] = rng.uniform();
    } else {
      point[i] = move(space, i, *value, point[i], rng);
    }
  }
  return decode_keeping(space, std::move(point), from, kept);
}

double Explorer::move(
    const CompiledSpace& space, std::size_t axis, const Value& value, double at, Rng& rng) const {
  const Parameter& parameter = space.parameters()[space.axes()[axis].parameter];
  if (space.axes()[axis].kind == AxisKind::categorical) {
    return neighbour(space.axes()[axis], at, rng);
  }
  const double factor = options_.factors[rng.below(options_.factors.size())];
  const double number = scaled(parameter.domain, value.number().value_or(0), factor);
  Config moved;
  if (is_integer(parameter.domain.kind)) {
    moved.set(parameter.name, static_cast<std::int64_t>(number));
  } else {
    moved.set(parameter.name, number);
  }
  const double coordinate = space.encode(moved)[axis];
  return std::isnan(coordinate) ? at : coordinate;
}

}  // namespace luthier

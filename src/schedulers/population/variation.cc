#include "schedulers/population/variation.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"

namespace luthier {

std::string changes_between(const Config& from, const Config& to) {
  std::string text;
  const auto add = [&](std::string_view name, const std::string& what) {
    text.append(text.empty() ? "" : ", ").append(name).append(" ").append(what);
  };
  for (const auto& [name, value] : to) {
    const Value* old = from.find(name);
    if (old == nullptr) {
      add(name, "= " + to_text(value));
    } else if (!(*old == value)) {
      add(name, formatted("{} -> {}", to_text(*old), to_text(value)));
    }
  }
  return text.empty() ? "nothing changed" : text;
}

bool may_vary(const CompiledSpace& space, const Axis& axis, std::span<const std::string> names) {
  const std::string& name = space.parameters()[axis.parameter].name;
  return !axis.grid && (names.empty() || std::ranges::find(names, name) != names.end());
}

Config decode_keeping(const CompiledSpace& space,
                      std::vector<double> point,
                      const Config& from,
                      std::span<const std::string> kept) {
  for (double& coordinate : point) {
    coordinate = std::isnan(coordinate) ? 0.5 : coordinate;  // overwritten below
  }
  Config config = space.decode(point);
  for (const std::string& name : kept) {
    if (config.contains(name)) {
      config.set(name, *from.find(name));
    }
  }
  return config;
}

Variation::Variation(const CompiledSpace& space,
                     const Config& from,
                     std::span<const std::string> names)
    : space_(space), from_(from), origin_(space.encode(from)) {
  for (const Axis& axis : space.axes()) {
    const std::string& name = space.parameters()[axis.parameter].name;
    const bool absent = from.find(name) == nullptr;
    varies_.push_back(absent || may_vary(space, axis, names));
    if (!varies_.back()) {
      kept_.push_back(name);
    }
  }
}

bool Variation::is_number(std::size_t axis) const {
  return space_.axes()[axis].kind != AxisKind::categorical;
}

std::vector<double> Variation::start(Rng& rng, double redraw_choice) const {
  std::vector<double> point = origin_;
  for (std::size_t i = 0; i < point.size(); ++i) {
    const bool redraws = !is_number(i) && rng.uniform() < redraw_choice;
    if (varies_[i] && (redraws || std::isnan(point[i]))) {
      point[i] = rng.uniform();
    }
  }
  return point;
}

std::vector<double> Variation::jump(std::vector<double> base, Rng& rng) const {
  for (std::size_t i = 0; i < base.size(); ++i) {
    if (varies_[i] && is_number(i)) {
      base[i] = rng.uniform();
    }
  }
  return base;
}

std::vector<double> Variation::walk(std::vector<double> point, double step, Rng& rng) const {
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (varies_[i] && is_number(i)) {
      const double moved = std::abs(point[i] + step * rng.normal());
      point[i] = std::clamp(moved < 1 ? moved : 2 - moved, 0.0, std::nextafter(1.0, 0.0));
    }
  }
  return point;
}

Config Variation::decode(const std::vector<double>& point) const {
  return decode_keeping(space_, point, from_, kept_);
}

}  // namespace luthier

#include "search/parzen/mixture.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/check.h"
#include "search/parzen/elementary.h"
#include "search/parzen/truncated_normal.h"

namespace luthier::parzen {
namespace {

constexpr std::size_t kBlock = 256;     // components at a time: what stays in the first-level cache
constexpr double kSmallestCount = 100;  // kernels never get narrower than 1 / 100
// From so many values on a stepped axis is smooth enough to use the density at a cell's middle.
constexpr std::int64_t kManyLevels = 4096;

std::size_t padded(std::size_t count) {
  return (count + kLanes - 1) / kLanes * kLanes;
}

}  // namespace

std::vector<KernelAxis> kernel_axes(const CompiledSpace& space) {
  std::vector<KernelAxis> out;
  for (const Axis& axis : space.axes()) {
    const bool smooth = axis.kind == AxisKind::continuous ||
                        (axis.kind == AxisKind::ordinal && axis.levels > kManyLevels);
    out.push_back({.kind = axis.kind == AxisKind::categorical ? KernelKind::levels
                           : smooth                           ? KernelKind::density
                                                              : KernelKind::mass,
                   .conditional = axis.conditional,
                   .grid = axis.grid,
                   .step = axis.levels > 0 ? 1.0 / static_cast<double>(axis.levels) : 0});
  }
  return out;
}

double settled(const CompiledSpace& space, std::size_t axis, double coordinate) {
  if (space.axes()[axis].kind == AxisKind::continuous) {
    return coordinate;
  }
  const auto [low, high] = space.cell(axis, coordinate);
  return low + (high - low) / 2;
}

std::vector<double> settled_point(const CompiledSpace& space, const Config& config) {
  std::vector<double> point = space.encode(config);
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    point[axis] = std::isnan(point[axis]) ? point[axis] : settled(space, axis, point[axis]);
  }
  return point;
}

Mixture::Mixture(std::span<const KernelAxis> axes, MixtureOptions options)
    : axes_(axes.begin(), axes.end()),
      options_(options),
      columns_(axes.size()),
      total_weight_(options.prior_weight),
      dimensions_(static_cast<double>(
          std::ranges::count_if(axes_, [](const KernelAxis& axis) { return !axis.grid; }))) {}

void Mixture::clear() {
  *this = Mixture(std::vector<KernelAxis>(axes_), options_);
}

void Mixture::add(std::span<const double> point, std::int64_t tag, double weight) {
  const std::size_t component = tags_.size();
  tags_.push_back(tag);
  const std::size_t length = padded(tags_.size());
  weights_.resize(length);
  base_.resize(length);
  stale_.resize(length);
  weights_[component] = weight;
  total_weight_ += weight;
  for (Column& column : columns_) {
    for (auto* cells : {&column.centre,
                        &column.width,
                        &column.inverse_width,
                        &column.curvature,
                        &column.scale,
                        &column.absent}) {
      cells->resize(length);
    }
  }
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    place(axis, component, point[axis]);
  }
  stale_[component] = 1;
  update_all_widths();
  update_bases();
}

void Mixture::remove(std::size_t component) {
  LUTHIER_CHECK(component < size(), "no such component");
  const std::size_t last = size() - 1;
  total_weight_ -= weights_[component];
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    take_out(axis, component);
    if (component != last) {
      rename(axis, last, component);
    }
  }
  tags_[component] = tags_[last];
  weights_[component] = weights_[last];
  weights_[last] = 0;
  tags_.pop_back();
  weights_.resize(padded(tags_.size()));
  base_.resize(padded(tags_.size()));
  stale_.resize(padded(tags_.size()));
  if (component < size()) {
    stale_[component] = 1;
  }
  update_all_widths();
  update_bases();
}

void Mixture::place(std::size_t axis, std::size_t component, double x) {
  Column& column = columns_[axis];
  if (std::isnan(x)) {
    column.centre[component] = -1;
    column.width[component] = 0;
    column.inverse_width[component] = 0;
    column.curvature[component] = 0;
    column.scale[component] = 0;
    column.absent[component] = 1;
    return;
  }
  column.centre[component] = x;
  column.absent[component] = 0;
  if (axes_[axis].kind == KernelKind::levels) {
    return;
  }
  column.width[component] = 0;  // none yet: the next line always sets one
  const std::pair entry(x, static_cast<std::uint32_t>(component));
  const auto at = std::ranges::lower_bound(column.sorted, entry) - column.sorted.begin();
  column.sorted.insert(column.sorted.begin() + at, entry);
  const auto position = static_cast<std::size_t>(at);
  update_widths(axis, position > 0 ? position - 1 : 0, position + 1);
}

void Mixture::take_out(std::size_t axis, std::size_t component) {
  Column& column = columns_[axis];
  if (axes_[axis].kind == KernelKind::levels || !has(component, axis)) {
    return;
  }
  const std::pair entry(column.centre[component], static_cast<std::uint32_t>(component));
  const auto at = std::ranges::lower_bound(column.sorted, entry) - column.sorted.begin();
  column.sorted.erase(column.sorted.begin() + at);
  const auto position = static_cast<std::size_t>(at);
  update_widths(axis, position > 0 ? position - 1 : 0, position);
}

void Mixture::rename(std::size_t axis, std::size_t from, std::size_t to) {
  Column& column = columns_[axis];
  if (axes_[axis].kind != KernelKind::levels && has(from, axis)) {
    // Among equal coordinates entries are ordered by component, so the entry may have to move.
    const std::pair old(column.centre[from], static_cast<std::uint32_t>(from));
    const std::pair renamed(column.centre[from], static_cast<std::uint32_t>(to));
    const auto source = std::ranges::lower_bound(column.sorted, old);
    const auto target = std::ranges::lower_bound(column.sorted, renamed);
    *source = renamed;
    const auto first = static_cast<std::size_t>(target - column.sorted.begin());
    const auto last = static_cast<std::size_t>(source - column.sorted.begin());
    std::rotate(target, source, source + 1);
    copy_cells(column, from, to);
    // Which of the equal ones stands at the edge of their run, and has the gap, may have changed.
    update_widths(axis, first, last);
    return;
  }
  copy_cells(column, from, to);
}

void Mixture::copy_cells(Column& column, std::size_t from, std::size_t to) {
  for (auto* cells : {&column.centre,
                      &column.width,
                      &column.inverse_width,
                      &column.curvature,
                      &column.scale,
                      &column.absent}) {
    (*cells)[to] = (*cells)[from];
  }
}

// Sets the widths of the entries first .. last of the sorted column, as far as there are such.
void Mixture::update_widths(std::size_t axis, std::size_t first, std::size_t last) {
  const auto& sorted = columns_[axis].sorted;
  const double half_step = axes_[axis].kind == KernelKind::mass ? axes_[axis].step / 2 : 0;
  const double least = std::max(least_width(), half_step);
  for (std::size_t i = first; i <= last && i < sorted.size(); ++i) {
    const double before = i > 0 ? sorted[i].first - sorted[i - 1].first : 0;
    const double after = i + 1 < sorted.size() ? sorted[i + 1].first - sorted[i].first : 0;
    const double gap = sorted.size() > 1 ? std::max(before, after)
                                         : std::max(sorted[i].first, 1 - sorted[i].first);
    set_width(axis, sorted[i].second, std::clamp(options_.gap_factor * gap, least, 1.0));
  }
}

void Mixture::widen(double spread) {
  options_.spread = spread;
  update_all_widths();
  update_bases();
}

// The least width depends on the number of components.
void Mixture::update_all_widths() {
  const double least = least_width();
  if (least == narrowest_) {
    return;
  }
  narrowest_ = least;
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    update_widths(axis, 0, columns_[axis].sorted.size());
  }
}

double Mixture::least_width() const {
  const double least = 1 / std::min(kSmallestCount, static_cast<double>(size()) + 2);
  if (options_.spread == 0) {
    return least;
  }
  // Scott (1992): count^(-1 / (axes + 4)), with the count's power of two, so that all widths change
  // seldom.
  const auto doublings = static_cast<double>(std::bit_width(size() | 1U) - 1);
  return std::max(
      least, options_.spread * exponential(-doublings * std::numbers::ln2 / (dimensions_ + 4)));
}

void Mixture::set_width(std::size_t axis, std::size_t component, double width) {
  Column& column = columns_[axis];
  if (column.width[component] == width) {
    return;
  }
  const TruncatedNormal normal{.centre = column.centre[component], .width = width};
  column.width[component] = width;
  column.inverse_width[component] = 1 / width;
  column.curvature[component] = 0.5 / (width * width);
  column.scale[component] =
      axes_[axis].kind == KernelKind::mass ? 1 / normal.inside() : normal.log_density_at_centre();
  stale_[component] = 1;
}

// Each sum anew, so that it does not depend on the order of changes, and once for all its axes.
void Mixture::update_bases() {
  for (std::size_t component = 0; component < size(); ++component) {
    if (std::exchange(stale_[component], 0) == 0) {
      continue;
    }
    double sum = 0;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      if (axes_[axis].kind == KernelKind::density && !axes_[axis].conditional) {
        sum += columns_[axis].scale[component];
      }
    }
    base_[component] = sum;
  }
}

bool Mixture::has(std::size_t component, std::size_t axis) const {
  return columns_[axis].absent[component] == 0;
}

std::vector<double> Mixture::point(std::size_t component) const {
  std::vector<double> out;
  for (const Column& column : columns_) {
    out.push_back(column.absent[component] == 0 ? column.centre[component] : std::nan(""));
  }
  return out;
}

// What every level of a categorical kernel gets on top of the own level's 1.
double Mixture::smoothing() const {
  return 1 / (static_cast<double>(size()) + 1);
}

// A categorical kernel at the own level and at each other one.
std::pair<double, double> Mixture::hit_and_miss(std::size_t axis) const {
  const double step = axes_[axis].step;
  const double total = 1 + smoothing() / step;
  return {(1 + smoothing()) / total / step, smoothing() / total / step};
}

double Mixture::kernel(
    std::size_t component, std::size_t axis, double x, double low, double high) const {
  const Column& column = columns_[axis];
  if (!has(component, axis)) {
    return 1;
  }
  const TruncatedNormal normal{.centre = column.centre[component],
                               .width = column.width[component]};
  switch (axes_[axis].kind) {
    case KernelKind::density:
      return normal.density(x);
    case KernelKind::mass:
      return normal.mass(low, high) / (high - low);
    case KernelKind::levels: {
      const auto [hit, miss] = hit_and_miss(axis);
      return column.centre[component] == x ? hit : miss;
    }
  }
  return 0;
}

double Mixture::draw(std::size_t component, std::size_t axis, double u) const {
  const Column& column = columns_[axis];
  if (!has(component, axis)) {
    return u;
  }
  if (axes_[axis].kind == KernelKind::levels) {
    const double own = 1 / (1 + smoothing() / axes_[axis].step);
    return u < own ? column.centre[component] : (u - own) / (1 - own);
  }
  const TruncatedNormal normal{.centre = column.centre[component],
                               .width = column.width[component]};
  return normal.quantile(u);
}

double Mixture::sum_of_block(const Points& points,
                             std::size_t index,
                             std::size_t from,
                             std::size_t count,
                             const Kernels& kernels) const {
  std::array<double, kBlock> exponent;
  std::array<double, kBlock> factor;
  const auto offset = static_cast<std::ptrdiff_t>(from);
  std::copy_n(base_.begin() + offset, count, exponent.begin());
  std::copy_n(weights_.begin() + offset, count, factor.begin());
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    const std::size_t at = index * axes_.size() + axis;
    const double x = points.x[at];
    const Column& column = columns_[axis];
    if (std::isnan(x)) {
      continue;
    }
    switch (axes_[axis].kind) {
      case KernelKind::density:
        kernels.subtract_squares(
            count, &column.centre[from], &column.curvature[from], x, exponent.data());
        if (axes_[axis].conditional) {
          kernels.add(count, &column.scale[from], exponent.data());
        }
        break;
      case KernelKind::mass:
        kernels.multiply_masses(count,
                                &column.centre[from],
                                &column.inverse_width[from],
                                &column.scale[from],
                                &column.absent[from],
                                points.low[at],
                                points.high[at],
                                factor.data());
        break;
      case KernelKind::levels: {
        const auto [hit, miss] = hit_and_miss(axis);
        kernels.add_levels(
            count, &column.centre[from], x, logarithm(hit), logarithm(miss), exponent.data());
        break;
      }
    }
  }
  return kernels.sum(count, factor.data(), exponent.data());
}

std::vector<double> Mixture::log_densities(const Points& points, const Kernels& kernels) const {
  std::vector<double> out(points.count, options_.prior_weight);
  for (std::size_t from = 0; from < weights_.size(); from += kBlock) {
    const std::size_t count = std::min(kBlock, weights_.size() - from);
    for (std::size_t index = 0; index < points.count; ++index) {
      out[index] += sum_of_block(points, index, from, count, kernels);
    }
  }
  for (double& density : out) {
    density = logarithm(std::min(density, 1e300) / total_weight_);
  }
  return out;
}

std::vector<double> Mixture::log_independent_densities(const Points& points) const {
  std::vector<double> out(points.count, 0);
  for (std::size_t at = 0; at < points.x.size(); ++at) {
    if (std::isnan(points.x[at])) {
      continue;
    }
    const std::size_t axis = at % axes_.size();
    double density = options_.prior_weight;
    for (std::size_t component = 0; component < size(); ++component) {
      density += weights_[component] *
                 kernel(component, axis, points.x[at], points.low[at], points.high[at]);
    }
    out[at / axes_.size()] += logarithm(std::min(density, 1e300) / total_weight_);
  }
  return out;
}

}  // namespace luthier::parzen

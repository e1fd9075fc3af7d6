#include "search/parzen/candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace luthier::parzen {
namespace {

constexpr int kMostDraws = 2000;

class CandidateDraw {
 public:
  CandidateDraw(const CompiledSpace& space,
                std::span<const double> grid,
                const Mixture& good,
                DrawFrom from)
      : space_(space), grid_(grid), good_(good), shares_(component_shares(from)) {
    for (const double share : shares_) {
      total_ += share;
    }
  }

  std::vector<double> operator()(Rng& rng) const {
    double u = rng.uniform() * total_;
    std::size_t component = 0;
    while (component + 1 < shares_.size() && u >= shares_[component]) {
      u -= shares_[component++];
    }
    return draw(component, rng);
  }

 private:
  // How much each good observation, and last the prior, contributes at these grid values.
  std::vector<double> component_shares(DrawFrom from) const {
    std::vector<double> shares(good_.size() + 1, good_.prior_weight());
    if (from == DrawFrom::space) {
      std::fill(shares.begin(), shares.end() - 1, 0);
      return shares;
    }
    for (std::size_t component = 0; component < good_.size(); ++component) {
      shares[component] = good_.weight(component);
      for (std::size_t axis = 0; axis < grid_.size(); ++axis) {
        if (!std::isnan(grid_[axis])) {
          const auto [low, high] = space_.cell(axis, grid_[axis]);
          shares[component] *= good_.kernel(component, axis, low + (high - low) / 2, low, high);
        }
      }
    }
    return shares;
  }

  // Parents come before children, so each axis knows whether it is active.
  std::vector<double> draw(std::size_t component, Rng& rng) const {
    const auto axes = space_.axes();
    std::vector<double> point(axes.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      const double u = rng.uniform();
      if (axes[axis].conditional && !space_.is_active(axis, point)) {
        continue;
      }
      const double x = axes[axis].grid            ? grid_[axis]
                       : component < good_.size() ? good_.draw(component, axis, u)
                                                  : u;
      point[axis] = settled(space_, axis, x);
    }
    return point;
  }

  const CompiledSpace& space_;
  std::span<const double> grid_;
  const Mixture& good_;
  std::vector<double> shares_;
  double total_ = 0;
};

void append(const CompiledSpace& space, std::span<const double> point, Mixture::Points& points) {
  ++points.count;
  for (std::size_t axis = 0; axis < point.size(); ++axis) {
    const auto [low, high] =
        std::isnan(point[axis]) ? std::pair(0.0, 0.0) : space.cell(axis, point[axis]);
    points.x.push_back(point[axis]);
    points.low.push_back(low);
    points.high.push_back(high);
  }
}

}  // namespace

std::optional<BestCandidate> best_candidate(const CompiledSpace& space,
                                            std::span<const double> grid,
                                            const Mixture& good,
                                            const Mixture& other,
                                            const Explored& explored,
                                            DrawFrom from,
                                            std::size_t count,
                                            Rng& rng,
                                            const Allowed& allowed) {
  const bool checked =
      !space.declaration().constraints().empty() || space.cardinality().has_value();
  const CandidateDraw draw(space, grid, good, from);
  Mixture::Points points;
  for (int i = 0; i < kMostDraws && points.count < count; ++i) {
    const std::vector<double> point = draw(rng);
    if (allowed && !allowed(point)) {
      continue;
    }
    if (checked) {
      const Config config = space.decode(point);
      if (!space.satisfies_constraints(config) || explored.contains(space, config)) {
        continue;
      }
    }
    append(space, point, points);
  }
  if (points.count == 0) {
    return std::nullopt;
  }
  const auto in_good = good.log_densities(points, best_kernels());
  const auto in_other = other.log_densities(points, best_kernels());
  std::size_t best = 0;
  for (std::size_t i = 1; i < points.count; ++i) {
    if (in_good[i] - in_other[i] > in_good[best] - in_other[best]) {
      best = i;
    }
  }
  const std::size_t axes = space.axes().size();
  const auto chosen = std::span(points.x).subspan(best * axes, axes);
  return BestCandidate{
      {chosen.begin(), chosen.end()}, in_good[best] - in_other[best], points.count};
}

}  // namespace luthier::parzen

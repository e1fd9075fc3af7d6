#include "search/parzen/candidates.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace luthier::parzen {
namespace {

constexpr int kMostDraws = 2000;
constexpr double kShareFromPriors = 0.5;  // of the candidates, where priors have their whole weight

class CandidateDraw {
 public:
  CandidateDraw(const CompiledSpace& space,
                std::span<const double> grid,
                const Mixture& good,
                DrawFrom from,
                bool independent,
                const Priors* priors)
      : space_(space),
        grid_(grid),
        good_(good),
        independent_(independent),
        priors_(priors),
        shares_(component_shares(from)) {
    for (const double share : shares_) {
      total_ += share;
    }
  }

  std::vector<double> operator()(Rng& rng) const {
    const bool from_priors =
        priors_ != nullptr && rng.uniform() < kShareFromPriors * std::min(1.0, priors_->weight());
    return from_priors ? prior_draw(rng) : draw(component(rng), rng);
  }

 private:
  std::size_t component(Rng& rng) const {
    double u = rng.uniform() * total_;
    std::size_t component = 0;
    while (component + 1 < shares_.size() && u >= shares_[component]) {
      u -= shares_[component++];
    }
    return component;
  }

  // How much each good observation, and last the prior, contributes at these grid values.
  std::vector<double> component_shares(DrawFrom from) const {
    std::vector<double> shares(good_.size() + 1, 0);
    shares.back() = good_.prior_weight();
    if (from == DrawFrom::space) {
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

  std::vector<double> prior_draw(Rng& rng) const {
    const auto axes = space_.axes();
    const Priors::Source source = priors_->source(rng);
    std::vector<double> point(axes.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      if (!axes[axis].conditional || space_.is_active(axis, point)) {
        const double x = axes[axis].grid ? grid_[axis] : source.draw(space_, axis, rng);
        point[axis] = settled(space_, axis, x);
      }
    }
    return point;
  }

  // Parents come before children, so each axis knows whether it is active.
  std::vector<double> draw(std::size_t chosen, Rng& rng) const {
    const auto axes = space_.axes();
    std::vector<double> point(axes.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      const std::size_t component = independent_ ? this->component(rng) : chosen;
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
  bool independent_;
  const Priors* priors_;
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

Mixture::Points drawn(const CandidateSearch& search, Rng& rng) {
  const CompiledSpace& space = search.space;
  const bool checked =
      !space.declaration().constraints().empty() || space.cardinality().has_value();
  const CandidateDraw draw(
      space, search.grid, search.good, search.from, search.independent, search.priors);
  Mixture::Points points;
  for (int i = 0; i < kMostDraws && points.count < search.count; ++i) {
    const std::vector<double> point = draw(rng);
    if (search.allowed && !search.allowed(point)) {
      continue;
    }
    if (checked) {
      const Config config = space.decode(point);
      if (!space.satisfies_constraints(config) || search.explored.contains(space, config)) {
        continue;
      }
    }
    append(space, point, points);
  }
  return points;
}

}  // namespace

std::optional<BestCandidate> best_candidate(const CandidateSearch& search, Rng& rng) {
  const Mixture::Points points = drawn(search, rng);
  if (points.count == 0) {
    return std::nullopt;
  }
  const auto log_densities = [&](const Mixture& mixture) {
    return search.independent ? mixture.log_independent_densities(points)
                              : mixture.log_densities(points, best_kernels());
  };
  const auto in_good = log_densities(search.good);
  const auto in_other = log_densities(search.other);
  const std::size_t axes = search.space.axes().size();
  const auto point = [&](std::size_t i) { return std::span(points.x).subspan(i * axes, axes); };
  std::size_t best = 0;
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < points.count; ++i) {
    const double believed = search.priors != nullptr ? search.priors->log_believed(point(i)) : 0;
    const double score =
        in_good[i] - in_other[i] + search.feasibility.log_success(point(i)) + believed;
    if (score > most) {
      best = i;
      most = score;
    }
  }
  return BestCandidate{.point = {point(best).begin(), point(best).end()},
                       .log_ratio = in_good[best] - in_other[best],
                       .compared = points.count};
}

}  // namespace luthier::parzen

#include "core/pareto/hypervolume.h"

#include <algorithm>

namespace luthier {
namespace {

bool is_inside(std::span<const double> point, std::span<const double> reference) {
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (!(point[i] < reference[i])) {
      return false;
    }
  }
  return true;
}

double area(std::vector<Losses> points, std::span<const double> reference) {
  std::ranges::sort(points);
  double sum = 0;
  double ceiling = reference[1];
  for (const Losses& point : points) {
    if (point[1] < ceiling) {
      sum += (reference[0] - point[0]) * (ceiling - point[1]);
      ceiling = point[1];
    }
  }
  return sum;
}

// The volume of a slice grows with each point that is passed on the way up the last objective.
double volume(std::vector<Losses> points, std::span<const double> reference) {
  const std::size_t objectives = reference.size();
  if (objectives == 1) {
    return points.empty() ? 0 : reference[0] - std::ranges::min(points)[0];
  }
  if (objectives == 2) {
    return area(std::move(points), reference);
  }
  std::ranges::sort(points, {}, [](const Losses& point) { return point.back(); });
  const auto below = reference.first(objectives - 1);
  std::vector<Losses> slice;
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double top = i + 1 < points.size() ? points[i + 1].back() : reference.back();
    Losses flat(points[i].begin(), points[i].end() - 1);
    std::erase_if(slice, [&](const Losses& other) { return dominates(flat, other); });
    slice.push_back(std::move(flat));
    if (const double thickness = top - points[i].back(); thickness > 0) {
      sum += thickness * volume(slice, below);
    }
  }
  return sum;
}

}  // namespace

double hypervolume(std::span<const Losses> points, std::span<const double> reference) {
  std::vector<Losses> inside;
  std::ranges::copy_if(points, std::back_inserter(inside), [&](const Losses& point) {
    return is_inside(point, reference);
  });
  return volume(std::move(inside), reference);
}

double hypervolume_added(std::span<const double> point,
                         std::span<const Losses> others,
                         std::span<const double> reference) {
  if (!is_inside(point, reference)) {
    return 0;
  }
  double box = 1;
  for (std::size_t i = 0; i < point.size(); ++i) {
    box *= reference[i] - point[i];
  }
  std::vector<Losses> shared;  // corners of what each other point dominates of the box
  for (const Losses& other : others) {
    Losses& corner = shared.emplace_back(point.size());
    std::ranges::transform(
        point, other, corner.begin(), [](double a, double b) { return std::max(a, b); });
  }
  return std::max(0.0, box - hypervolume(shared, reference));
}

std::vector<double> hypervolume_contributions(std::span<const Losses> points,
                                              std::span<const double> reference) {
  std::vector<double> contributions;
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::vector<Losses> others(points.begin(), points.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    contributions.push_back(hypervolume_added(points[i], others, reference));
  }
  return contributions;
}

}  // namespace luthier

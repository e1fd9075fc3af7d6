#include "service/contour/contour_surface.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace luthier {
namespace {

constexpr double kSoftness = 0.04;  // h

// The points' values in order, and where each point's value stands there: the middle of equal ones.
struct Ranks {
  std::vector<double> sorted;
  std::vector<double> of_point;
};

Ranks ranks_of(std::span<const ContourPoint> points) {
  Ranks ranks;
  for (const ContourPoint& point : points) {
    ranks.sorted.push_back(point.value);
  }
  std::ranges::sort(ranks.sorted);
  for (const ContourPoint& point : points) {
    const auto [first, last] = std::ranges::equal_range(ranks.sorted, point.value);
    const auto before = static_cast<double>(first - ranks.sorted.begin());
    ranks.of_point.push_back(before + (static_cast<double>(last - first) - 1) / 2);
  }
  return ranks;
}

double value_at(const std::vector<double>& sorted, double rank) {
  const double below = std::floor(rank);
  const auto index = std::min(static_cast<std::size_t>(below), sorted.size() - 1);
  const auto next = std::min(index + 1, sorted.size() - 1);
  return std::lerp(sorted[index], sorted[next], rank - below);
}

double centre(const ContourAxis& axis, std::size_t cell) {
  const auto number = static_cast<double>(cell);
  return axis.bands ? number : (number + 0.5) / static_cast<double>(axis.cells);
}

// Squared distances along one axis; infinite to another band.
std::vector<double> squares(const ContourAxis& axis,
                            double at,
                            std::span<const ContourPoint> points,
                            double ContourPoint::* place) {
  std::vector<double> all;
  all.reserve(points.size());
  for (const ContourPoint& point : points) {
    const double apart = point.*place - at;
    const double other_band = apart == 0 ? 0 : std::numeric_limits<double>::infinity();
    all.push_back(axis.bands ? other_band : apart * apart);
  }
  return all;
}

ContourCell cell_of(std::span<const double> across,
                    std::span<const double> up,
                    const Ranks& ranks) {
  double nearest = std::numeric_limits<double>::infinity();
  double weights = 0;
  double sum = 0;
  for (std::size_t i = 0; i < across.size(); ++i) {
    const double square = across[i] + up[i];
    const double soft = square + kSoftness * kSoftness;
    const double weight = 1 / (soft * soft);
    nearest = std::min(nearest, square);
    weights += weight;
    sum += weight * ranks.of_point[i];
  }
  return {.value = weights > 0 ? value_at(ranks.sorted, sum / weights)
                               : std::numeric_limits<double>::quiet_NaN(),
          .has_data = nearest <= kContourReach * kContourReach};
}

}  // namespace

std::vector<ContourCell> contour_surface(const ContourAxis& x,
                                         const ContourAxis& y,
                                         std::span<const ContourPoint> points) {
  const Ranks ranks = ranks_of(points);
  std::vector<std::vector<double>> across;
  for (std::size_t column = 0; column < x.cells; ++column) {
    across.push_back(squares(x, centre(x, column), points, &ContourPoint::x));
  }
  std::vector<ContourCell> cells;
  cells.reserve(x.cells * y.cells);
  for (std::size_t row = 0; row < y.cells; ++row) {
    const auto up = squares(y, centre(y, row), points, &ContourPoint::y);
    for (std::size_t column = 0; column < x.cells; ++column) {
      cells.push_back(cell_of(across[column], up, ranks));
    }
  }
  return cells;
}

}  // namespace luthier

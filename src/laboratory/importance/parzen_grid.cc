#include "laboratory/importance/parzen_grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/space/normal_distribution.h"

namespace luthier {
namespace {

double sum_of(std::span<const double> counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

// The first cell with more than `weight` in it and those before it.
double cell_at(std::span<const double> counts, double weight) {
  double passed = 0;
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    passed += counts[cell];
    if (passed > weight) {
      return static_cast<double>(cell);
    }
  }
  return static_cast<double>(counts.size() - 1);
}

// Scott's rule for observations in cells, in cells.
double kernel_width(std::span<const double> counts) {
  constexpr double kLeast = 0.5 / 1.64;  // 90% of a normal distribution lie within 1.64 of it
  const double weight = sum_of(counts);
  double mean = 0;
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    mean += counts[cell] * static_cast<double>(cell) / weight;
  }
  double squares = 0;
  for (std::size_t cell = 0; cell < counts.size(); ++cell) {
    squares += counts[cell] * std::pow(static_cast<double>(cell) - mean, 2);
  }
  const double deviation = std::sqrt(squares / std::max(1.0, weight - 1));
  const double quartiles = cell_at(counts, weight * 3 / 4) - cell_at(counts, weight / 4);
  const double scott = 1.059 * std::min(quartiles / 1.34, deviation) * std::pow(weight, -0.2);
  return std::max(scott, kLeast);
}

// The mass that a normal distribution around the middle of a cell has in the cells at each distance
// from it, as a table of its distribution function at their edges.
class Kernel {
 public:
  Kernel(std::size_t cells, double width) : cells_(cells) {
    constexpr double kReach = 7.5;  // deviations, beyond which nothing is left
    reach_ = std::min(cells, static_cast<std::size_t>(std::ceil(kReach * width)) + 1);
    for (std::size_t i = 0; i <= reach_; ++i) {
      upper_.push_back(normal_cdf((static_cast<double>(i) + 0.5) / width));
    }
  }

  // Adds `weight` around `centre`, all of it within the grid.
  void add(std::size_t centre, double weight, std::vector<double>& density) const {
    const std::size_t first = centre > reach_ ? centre - reach_ : 0;
    const std::size_t last = std::min(cells_ - 1, centre + reach_);
    const double inside = upper_[last - centre] - (1 - upper_[centre - first]);
    const double scale = weight / inside;
    for (std::size_t cell = first; cell <= last; ++cell) {
      density[cell] += scale * mass(cell > centre ? cell - centre : centre - cell);
    }
  }

 private:
  double mass(std::size_t distance) const {
    return distance == 0 ? 2 * upper_[0] - 1 : upper_[distance] - upper_[distance - 1];
  }

  std::size_t cells_;
  std::size_t reach_ = 0;
  std::vector<double> upper_;  // at half a cell, one and a half, ...
};

// A trial's worth of a very wide normal distribution around the middle of the grid.
void add_prior(std::vector<double>& density, double weight) {
  const auto cells = static_cast<double>(density.size());
  const auto below = [&](double edge) { return normal_cdf((edge - cells / 2) / cells); };
  double before = below(0);
  const double inside = 1 - 2 * before;
  for (std::size_t cell = 0; cell < density.size(); ++cell) {
    const double after = below(static_cast<double>(cell + 1));
    density[cell] += weight * (after - before) / inside;
    before = after;
  }
}

}  // namespace

std::vector<double> ordered_density(std::span<const double> counts) {
  const double weight = sum_of(counts);
  std::vector<double> density(counts.size(), 0);
  add_prior(density, 1 / (weight + 1));
  if (weight > 0) {
    const Kernel kernel(counts.size(), kernel_width(counts));
    for (std::size_t cell = 0; cell < counts.size(); ++cell) {
      if (counts[cell] > 0) {
        kernel.add(cell, counts[cell] / (weight + 1), density);
      }
    }
  }
  return density;
}

std::vector<double> categorical_density(std::span<const double> counts) {
  const double weight = sum_of(counts);
  const auto levels = static_cast<double>(counts.size());
  const double smoothing = 1 / (weight + 1);
  const double whole = 1 + levels * smoothing;
  std::vector<double> density;
  for (const double count : counts) {
    density.push_back(((count + weight * smoothing) / whole + 1 / levels) / (weight + 1));
  }
  return density;
}

double pearson_divergence(std::span<const double> q, std::span<const double> p) {
  constexpr double kLeast = 1e-12;
  double divergence = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double mass = p[i] + kLeast;
    divergence += mass * std::pow((q[i] + kLeast) / mass - 1, 2);
  }
  return divergence;
}

}  // namespace luthier

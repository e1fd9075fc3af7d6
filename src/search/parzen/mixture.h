// A density over the unit cube of a search space, relative to the uniform one: one component for
// each observation, a product of one kernel an axis (so that axes are modelled jointly), and a
// uniform prior. Where an observation has no value for a conditional axis its component says
// nothing there: it is uniform.
//
// Kernels: a truncated normal on numeric axes, as wide as the gap to the next observation but
// within bounds; its mass over the value's cell on stepped axes; a smoothed indicator on
// categorical ones (Bergstra et al., "Algorithms for Hyper-Parameter Optimization", 2011; Falkner
// et al., 2018, for the product). Columns are kept sorted, so adding one observation touches its
// neighbours only.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "luthier/compiled_space.h"
#include "search/parzen/kernels.h"

namespace luthier::parzen {

enum class KernelKind : std::uint8_t { density, mass, levels };

struct KernelAxis {
  KernelKind kind = KernelKind::density;
  bool conditional = false;
  bool grid = false;
  double step = 0;  // 1 / levels; 0 when continuous or unbounded
};
std::vector<KernelAxis> kernel_axes(const CompiledSpace& space);

// The coordinate that stands for all of its cell: the middle, or itself on continuous axes.
double settled(const CompiledSpace& space, std::size_t axis, double coordinate);
// The coordinates of a configuration, settled; NaN where it has no value.
std::vector<double> settled_point(const CompiledSpace& space, const Config& config);

struct MixtureOptions {
  double prior_weight = 1;
  double gap_factor = 1;  // width of a kernel in gaps to the farther of its two neighbours
  double spread = 0;      // least width of a single one; falls with the count as Scott's rule says
};

class Mixture {
 public:
  Mixture(std::span<const KernelAxis> axes, MixtureOptions options);

  std::size_t size() const { return tags_.size(); }
  // Coordinates as encode() gives them: NaN where inactive. `tag`: whose observation it is.
  void add(std::span<const double> point, std::int64_t tag, double weight = 1);
  void remove(std::size_t component);  // the last component takes its place
  void clear();
  void widen(double spread);  // option `spread` from now on

  std::int64_t tag(std::size_t component) const { return tags_[component]; }
  double weight(std::size_t component) const { return weights_[component]; }
  double prior_weight() const { return options_.prior_weight; }
  std::vector<double> point(std::size_t component) const;

  // The value of one kernel at coordinate x, whose cell is [low, high), as every density here
  // relative to the uniform one: 1 where the component has no value.
  double kernel(std::size_t component, std::size_t axis, double x, double low, double high) const;
  // The kernel's quantile at `u` in [0, 1): a draw from it when `u` is one from the uniform
  // distribution. On stepped axes any coordinate of the drawn cell.
  double draw(std::size_t component, std::size_t axis, double u) const;
  bool has(std::size_t component, std::size_t axis) const;

  // Points to evaluate, one after the other, and the cells their coordinates lie in.
  struct Points {
    std::size_t count = 0;
    std::vector<double> x;    // count * axes
    std::vector<double> low;  // of the cell
    std::vector<double> high;
  };
  // Logarithm of the density at each point.
  std::vector<double> log_densities(const Points& points, const Kernels& kernels) const;
  // The same if the parameters were independent: of the product of each one's own density.
  std::vector<double> log_independent_densities(const Points& points) const;

 private:
  struct Column {
    std::vector<double> centre;         // absent: -1
    std::vector<double> width;          // of the kernel; 0 when absent
    std::vector<double> inverse_width;  // mass kernels
    std::vector<double> curvature;      // density kernels: 1 / (2 width^2)
    std::vector<double> scale;          // density: logarithm of its peak; mass: 1 / inside
    std::vector<double> absent;         // 1 when the component has no value here
    std::vector<std::pair<double, std::uint32_t>> sorted;  // (centre, component)
  };

  void place(std::size_t axis, std::size_t component, double x);
  void take_out(std::size_t axis, std::size_t component);
  void rename(std::size_t axis, std::size_t from, std::size_t to);
  static void copy_cells(Column& column, std::size_t from, std::size_t to);
  void update_widths(std::size_t axis, std::size_t first, std::size_t last);
  void update_all_widths();
  void set_width(std::size_t axis, std::size_t component, double width);
  void update_bases();
  double least_width() const;
  double smoothing() const;
  std::pair<double, double> hit_and_miss(std::size_t axis) const;
  double sum_of_block(const Points& points,
                      std::size_t index,
                      std::size_t from,
                      std::size_t count,
                      const Kernels& kernels) const;

  std::vector<KernelAxis> axes_;
  MixtureOptions options_;
  std::vector<Column> columns_;
  std::vector<std::int64_t> tags_;
  std::vector<double> weights_;  // padded with 0 to whole lanes
  std::vector<double> base_;     // sum of log peaks over axes that are always active
  std::vector<char> stale_;      // 1: base_ is to be summed again
  double total_weight_ = 0;
  double dimensions_;     // axes that the grid does not set
  double narrowest_ = 0;  // the least width the present ones were made with, steps aside
};

}  // namespace luthier::parzen

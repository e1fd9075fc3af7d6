// ImportanceSample: what a measure of importance is computed from: the coordinates of trials in the
// unit cube of their space, and what each of them reached.
//
// Coordinates are those of CompiledSpace: a logarithmic range is uniform in its logarithm, a level
// is as wide as it is likely. So an average over the cube is one over the declared distributions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "luthier/compiled_space.h"

namespace luthier {

struct SampledAxis {
  std::string parameter;
  Domain domain;
  AxisKind kind = AxisKind::continuous;
  // Where the cells of its grid begin and end, from 0 to 1: one for each level, or kGridCells of
  // equal width where there are none or too many.
  std::vector<double> edges;
  bool has_levels = false;          // the cells are the levels
  std::vector<double> coordinates;  // of each trial; NaN where the parameter is inactive

  std::size_t cells() const { return edges.size() - 1; }
  std::size_t cell(double coordinate) const;  // the cell that it lies in
  double centre(std::size_t cell) const { return (edges[cell] + edges[cell + 1]) / 2; }
};

struct ImportanceSample {
  static constexpr std::size_t kGridCells = 50;

  std::vector<SampledAxis> axes;
  std::vector<double> losses;  // of each trial, finite; small is good

  std::size_t size() const { return losses.size(); }
};

// One configuration for each loss.
ImportanceSample importance_sample(const CompiledSpace& space,
                                   std::span<const Config> configs,
                                   std::vector<double> losses);

// A part of the whole, and the interval that it lies in; each from 0 to 1.
struct Share {
  double value = 0;
  double low = 0;
  double high = 0;
};
// The value with the middle 95% of `values`, which are left sorted. Precondition: not empty.
Share share_of(double value, std::vector<double>& values);

}  // namespace luthier

// How far a point of the unit cube is from those that were tried: what evenly spread draws are made
// with (Mitchell, "Spectrally optimal sampling for distribution ray tracing", 1991: of some draws,
// the one farthest from all before it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "luthier/compiled_space.h"

namespace luthier {

class Spacing {
 public:
  explicit Spacing(const CompiledSpace& space);

  // The point of a configuration that is tried. Of more than `kMostPoints` the newest count.
  void add(const CompiledSpace& space, const Config& config);

  // Of `draws` independent draws from the space, the one farthest from all points; an error of the
  // space's constraints as in CompiledSpace::sample. Distances are Euclidean; different categories,
  // and an axis that only one of two points has, are one apart.
  Result<Config> farthest_draw(const CompiledSpace& space,
                               std::uint64_t cell,
                               std::int64_t draws,
                               Rng& rng) const;

  // Of a point of the unit cube, NaN where an axis is inactive; infinity while there are no points.
  double squared_distance_to_nearest(std::span<const double> point) const;

  static constexpr std::size_t kMostPoints = 4096;

 private:
  struct Column {
    bool categorical = false;
    std::vector<double> x;  // of every point; NaN where inactive
  };
  std::vector<Column> columns_;  // by axis
  std::size_t next_ = 0;         // place of the next point
};

}  // namespace luthier

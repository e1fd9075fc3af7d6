// CompiledSpace: a checked search space, ready to sample, and its unit cube. Every parameter that a
// searcher may vary is one axis with a coordinate in [0, 1): the distribution's own quantile, so
// that uniform coordinates reproduce the declared distributions (log scales, steps and normals
// included). Grid parameters are axes too: their values are ordinary coordinates for a model.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "luthier/error.h"
#include "luthier/rng.h"
#include "luthier/space.h"
#include "luthier/value.h"

namespace luthier {

enum class AxisKind : std::uint8_t {
  continuous,   // a real number
  ordinal,      // `levels` ordered values
  categorical,  // `levels` unordered values
};

// One axis of the unit cube.
struct Axis {
  std::size_t parameter = 0;  // index into parameters()
  AxisKind kind = AxisKind::continuous;
  std::int64_t levels = 0;   // number of distinct values; 0 when continuous or unbounded
  bool grid = false;         // set by the grid cell, not by a searcher
  bool conditional = false;  // may be inactive
};

class CompiledSpace {
 public:
  // Checks everything: names, bounds, steps, expressions (unknown names, types, cycles), clashes of
  // LUTHIER_PARAM_ names. The error lists every problem, one sentence a line.
  static Result<CompiledSpace> compile(Space space);
  CompiledSpace(CompiledSpace&&) noexcept;
  CompiledSpace& operator=(CompiledSpace&&) noexcept;
  ~CompiledSpace();

  const Space& declaration() const;
  std::span<const Parameter> parameters() const;  // as declared
  std::span<const Axis> axes() const;             // parents before children

  // Coordinates -> configuration, in declaration order: conditions decide which parameters are in
  // it, expressions are computed. point.size() == axes().size(); coordinates of inactive axes are
  // ignored, the others are clamped into [0, 1).
  Config decode(std::span<const double> point) const;
  // Configuration -> coordinates (the centre of a discrete value's cell); NaN where the parameter
  // is absent from the configuration or its value is outside the domain.
  std::vector<double> encode(const Config& config) const;
  // The coordinate of the axis's value that is nearest to this one: of a number, the nearest
  // number; NaN where there is none, such as for a level that the axis does not have.
  double nearest(std::size_t axis, const Value& value) const;
  // The interval of coordinates that decode to the same value as `coordinate`: [first, second).
  // Continuous axes: an empty interval at the coordinate.
  std::pair<double, double> cell(std::size_t axis, double coordinate) const;
  // Whether the axis is active, given coordinates of the axes before it.
  bool is_active(std::size_t axis, std::span<const double> point) const;

  // Independent uniform coordinates, redrawn until the constraints hold: at most `kMaximumDraws`
  // times, then an error that names the constraint that failed most often. Grid axes take the
  // values of `cell` (0 .. grid_size() - 1).
  Result<Config> sample(Rng& rng, std::uint64_t cell) const;
  bool satisfies_constraints(const Config& config) const;
  static constexpr int kMaximumDraws = 10000;

  // The grid: the product of all grid parameters; 1 when there are none. Cell order: the grid
  // parameter with the alphabetically first name varies fastest.
  std::uint64_t grid_size() const;
  // Coordinates of the grid axes for a cell, NaN on every other axis.
  std::vector<double> grid_point(std::uint64_t cell) const;

  // Number of distinct configurations when the space is finite and this is at most 2^53
  // (constraints not taken into account); otherwise nothing.
  std::optional<std::uint64_t> cardinality() const;

  // Checks a configuration given by hand (points to try first): unknown names, wrong types, values
  // outside a domain, violated constraints. Missing parameters are allowed: the searcher fills
  // them.
  Result<> check(const Config& config) const;

 private:
  struct Impl;
  explicit CompiledSpace(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace luthier

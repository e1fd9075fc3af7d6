// A prior as a density along one axis of the unit cube, relative to the declared distribution:
// normals around the values on a numeric axis, so much more of each value on a categorical one. A
// tenth of it is the declared distribution, so that nothing is ruled out.
#pragma once

#include <optional>
#include <vector>

#include "luthier/compiled_space.h"
#include "luthier/prior.h"
#include "luthier/rng.h"

namespace luthier {

class AxisPrior {
 public:
  // Precondition: the prior suits the space (core/space/prior_check.h).
  AxisPrior(const Prior& prior, const CompiledSpace& space);
  // Around one value. Precondition: the axis has the coordinate.
  AxisPrior(std::size_t axis, double centre, double width, const CompiledSpace& space);

  std::size_t axis() const { return axis_; }
  double centre() const { return centres_.front(); }  // of the first value's cell
  // As it was written; nothing where only a coordinate was given.
  std::optional<double> first_number() const { return first_number_; }
  double width() const { return width_; }  // the standard deviation; 0: categorical
  static constexpr double kUsualWidth = 0.1;
  double draw(Rng& rng) const;
  // Settled coordinates: the middle of the cell on a discrete axis.
  double log_density(double x) const;
  double highest_log_density() const { return log_density(centre()); }
  double slope_of_log_density(double x) const;  // 0 on categorical axes
  bool is_at_centre(double x) const;

 private:
  void measure();
  struct Density {
    double value = 0;
    double slope = 0;
  };
  Density density(double x) const;

  std::size_t axis_;
  double levels_ = 0;  // categorical: how many
  double width_ = 0;   // numeric: the standard deviation
  std::vector<double> centres_;
  std::vector<double> log_heights_;  // numeric: of the normal around each centre
  std::optional<double> first_number_;
};

}  // namespace luthier

// A metric over two parameters, interpolated from the trials. A cell has the value whose rank among
// the trials is the mean of theirs, each weighted by 1 / (d^2 + h^2)^2 for its distance d from the
// cell, both axes as long as 1: inverse distance weights (Shepard, "A two-dimensional interpolation
// function for irregularly-spaced data", 1968), which h keeps finite, so that trials that differ in
// their other parameters are averaged where they are dense. Of ranks, since one far value would
// otherwise colour everything around it; so any growing scale of the metric gives the same picture.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace luthier {

// Within this distance of a trial a cell has data.
inline constexpr double kContourReach = 1.0 / 12;

struct ContourAxis {
  std::size_t cells = 1;
  // Places are the numbers of bands, one for each cell, and only the trials of a band count in it;
  // else places go from 0 to 1.
  bool bands = false;
};

struct ContourPoint {
  double x = 0;
  double y = 0;
  double value = 0;  // finite
};

struct ContourCell {
  double value = 0;  // NaN: no trial counts here
  bool has_data = false;
};

// Row by row, from the low end of y. Time is cells times points.
std::vector<ContourCell> contour_surface(const ContourAxis& x,
                                         const ContourAxis& y,
                                         std::span<const ContourPoint> points);

}  // namespace luthier

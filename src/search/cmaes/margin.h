// The margin of discrete axes: a distribution that has shrunk into one cell of a discrete value
// would propose that value for ever. Hamano et al., "CMA-ES with margin: lower-bounding marginal
// probability for mixed-integer black-box optimization", 2022.
#pragma once

#include <utility>

namespace luthier::cmaes {

// One axis of the distribution: its samples are normal with this mean and with the axis' own
// deviation times `stretch`.
struct Marginal {
  double mean = 0;
  double stretch = 1;
};

// The marginal with which each neighbour of the mean's cell is drawn with a probability of at least
// `margin` / 2, or `margin` where there is one neighbour; unchanged if that holds already.
// `cell`: of the mean, thresholds at 0 and 1 are none. 0 < margin < 1, deviation > 0.
Marginal keep_margin(Marginal marginal,
                     double deviation,
                     std::pair<double, double> cell,
                     double margin);

}  // namespace luthier::cmaes

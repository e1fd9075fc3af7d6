// A search over a plane with its optimum at (0.9, 0.15): how much better what is believed makes it.
#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>

#include "support/fake_view_for_search.h"

namespace luthier::testing {

inline Space plane() {
  Space space;
  space.add("x", uniform(0, 1));
  space.add("y", uniform(0, 1));
  return space;
}

// The distance that is left after so many trials, the geometric mean of five seeds. `believed`:
// priors or related tasks, as make_searcher takes them.
template <class Believed>
double best_in_plane(std::string_view name, const Believed& believed, int trials) {
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    FakeView view(plane(), seed);
    const auto searcher = make_searcher(name, view, believed);
    double best = 1e9;
    for (int i = 0; i < trials; ++i) {
      view.step(*searcher, [&](const Config& config) {
        const double loss = std::hypot(config.number("x") - 0.9, config.number("y") - 0.15);
        best = std::min(best, loss);
        return loss;
      });
    }
    sum += std::log(best);
  }
  return std::exp(sum / 5);
}

}  // namespace luthier::testing

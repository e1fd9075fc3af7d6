// Whether a run of an evolution strategy still gets better: criteria TolFun, EqualFunValues and
// Stagnation of Hansen, "The CMA evolution strategy: a tutorial", 2016, section B.3. Departures:
// the first two are one, that the best losses of some generations differ by less than 1e-12 of
// their size, and the window of the third does not grow.
#pragma once

#include <cstddef>
#include <deque>
#include <span>

namespace luthier::cmaes {

class Stagnation {
 public:
  Stagnation(std::size_t dimensions, std::size_t population);

  // A generation's finite losses, best first; at least one.
  void observe(std::span<const double> losses);
  bool is_over() const { return is_flat() || stopped_improving(); }

 private:
  struct Generation {
    double best = 0;
    double median = 0;
  };
  bool is_flat() const;
  bool stopped_improving() const;

  std::size_t flat_window_;
  std::size_t window_;
  std::deque<Generation> recent_;  // the newest last, window_ at most
};

}  // namespace luthier::cmaes

// FrontGain: by how much a new result is expected to increase what a front dominates, with several
// objectives that are predicted independently of each other. Exact for any number of objectives:
// what the front does not dominate is cut into boxes, and the expected overlap with each is a
// product over the objectives (Emmerich, Deutz and Klinkenberg, "Hypervolume-based expected
// improvement", 2011; Yang, Emmerich, Deutz and Baeck 2019). Departure: a large front of more than
// two objectives is represented by the part of it that dominates most, since the boxes grow with a
// power of its size.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/pareto/fronts.h"
#include "search/gp/posterior.h"

namespace luthier::gp {

class FrontGain {
 public:
  // Losses of results, whether or not they dominate each other; `reference` is worse than each.
  FrontGain(std::span<const Losses> results, Losses reference);
  // With a reference beyond the worst values of the front, but for those of its results that lose a
  // lot in one objective for next to nothing in the others: by a tenth of the front's range and at
  // least a fifth of `unit`; where an objective has the same value all over the front, by `unit`.
  static FrontGain beyond(std::span<const Losses> results, double unit);

  // How the logarithm of the expected gain changes with each prediction.
  struct Slopes {
    std::vector<double> mean;
    std::vector<double> deviation;
  };
  // Of a result with these predictions, one an objective. Not below that of a gain of 1e-300.
  double log_gain(std::span<const Posterior::Prediction> predictions) const;
  double log_gain(std::span<const Posterior::Prediction> predictions, Slopes& slopes) const;

  double dominated() const { return dominated_; }  // up to the reference

 private:
  // Between two of the coordinates of each objective.
  struct Box {
    std::vector<std::size_t> low;
    std::vector<std::size_t> high;
  };
  // How far below a coordinate a result is expected to be, and how that changes.
  struct Depth {
    double value = 0;
    double by_mean = 0;
    double by_deviation = 0;
  };
  using Depths = std::vector<std::vector<Depth>>;  // by objective and coordinate

  void cut(std::vector<Losses> front, std::size_t objectives, Box box);
  std::size_t place(std::size_t objective, double coordinate) const;
  Depths depths(std::span<const Posterior::Prediction> predictions) const;
  static double width(const Depths& depths, const Box& box, std::size_t objective);

  Losses reference_;
  // Of each objective in order; the first is minus infinity, the last the reference's.
  std::vector<std::vector<double>> coordinates_;
  std::vector<Box> boxes_;
  double dominated_ = 0;
};

}  // namespace luthier::gp

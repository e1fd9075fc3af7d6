// The 24 noiseless functions of the BBOB suite (Hansen, Finck, Ros and Auger, "Real-parameter
// black-box optimization benchmarking 2009: noiseless functions definitions", INRIA RR-6829), with
// their instances: what searchers are judged on.
#pragma once

#include <span>
#include <string_view>

#include "laboratory/simulation/benchmarks/bbob_random.h"
#include "luthier/error.h"

namespace luthier {

class BbobFunction {
 public:
  static constexpr int kFunctions = 24;

  // `function` 1 .. 24, `dimension` 2 or more, `instance` 1 or more.
  static Result<BbobFunction> make(int function, int dimension, int instance);

  // The value at `x`, one number for each dimension; the region of interest is [-5, 5].
  double operator()(std::span<const double> x) const;

  // The least value there is, and a place where it is reached.
  double optimum_value() const { return optimum_value_; }
  std::span<const double> optimum() const { return optimum_; }

  std::string_view name() const;
  int dimension() const { return static_cast<int>(optimum_.size()); }

 private:
  using Vector = bbob::Vector;

  struct Peak {  // of Gallagher's functions
    double height = 0;
    Vector scales;
    Vector place;  // rotated
  };

  BbobFunction(int function, int dimension, int instance);
  void set_rotations(double condition);
  void place_peaks(std::size_t peaks);

  double value(const Vector& x) const;
  double step_ellipsoid(const Vector& x) const;
  double schwefel(const Vector& x) const;
  double gallagher(const Vector& x) const;
  double lunacek(const Vector& x) const;

  int function_;
  std::int64_t seed_;
  double optimum_value_ = 0;
  Vector optimum_;
  bbob::Matrix first_;   // R: the rotation applied first
  bbob::Matrix second_;  // the linear map applied after the first's deformation
  std::vector<Peak> peaks_;
};

}  // namespace luthier

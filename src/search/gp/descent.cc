#include "search/gp/descent.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Core>

namespace luthier::gp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kEnoughDecrease = 1e-4;  // of what the slope promises (Armijo 1966)
constexpr double kShortening = 0.4;       // of a step that did not bring it
constexpr int kShortenings = 10;
constexpr double kLeastCurvature = 1e-12;

struct Stand {
  VectorXd at;
  VectorXd slope;
  double value = 0;
};

class Descent {
 public:
  Descent(const Smooth& function,
          std::span<const double> low,
          std::span<const double> high,
          const DescentOptions& options)
      : function_(function),
        low_(low.data(), static_cast<Index>(low.size())),
        high_(high.data(), static_cast<Index>(high.size())),
        options_(options) {}

  Stand run(const std::vector<double>& start) {
    Stand here = evaluate(Eigen::Map<const VectorXd>(start.data(), low_.size()));
    forget();
    while (evaluations_ < options_.evaluations) {
      Stand next = lower(here, step(here));
      if (!(next.value < here.value)) {
        if (is_new_) {
          break;
        }
        forget();
        continue;
      }
      learn(next.at - here.at, next.slope - here.slope);
      const double gain = here.value - next.value;
      here = std::move(next);
      if (gain < options_.tolerance) {
        break;
      }
    }
    return here;
  }

 private:
  Stand evaluate(const VectorXd& at) {
    ++evaluations_;
    std::vector<double> slope(static_cast<std::size_t>(at.size()));
    const double value = function_(std::span(at.data(), slope.size()), slope);
    return {at, Eigen::Map<const VectorXd>(slope.data(), at.size()), value};
  }

  void forget() {
    inverse_hessian_ = MatrixXd::Identity(low_.size(), low_.size());
    is_new_ = true;
  }

  // A coordinate at a bound that the slope pushes against does not move.
  VectorXd step(const Stand& here) const {
    const auto is_held = [&](Index i) {
      return here.slope[i] > 0 ? here.at[i] <= low_[i] : here.at[i] >= high_[i];
    };
    VectorXd slope = here.slope;
    for (Index i = 0; i < slope.size(); ++i) {
      slope[i] = is_held(i) ? 0 : slope[i];
    }
    VectorXd out = -(inverse_hessian_ * slope);
    for (Index i = 0; i < out.size(); ++i) {
      out[i] = is_held(i) ? 0 : out[i];
    }
    const double longest = out.cwiseAbs().maxCoeff();
    return is_new_ && longest > 0 ? VectorXd(out * (options_.first_step / longest)) : out;
  }

  // The first shortening of the step that lowers the value enough; `here` if none does.
  Stand lower(const Stand& here, VectorXd step) {
    for (int k = 0; k < kShortenings && evaluations_ < options_.evaluations; ++k) {
      const VectorXd at = (here.at + step).cwiseMax(low_).cwiseMin(high_);
      Stand next = evaluate(at);
      if (next.value <= here.value + kEnoughDecrease * here.slope.dot(at - here.at)) {
        return next;
      }
      step *= kShortening;
    }
    return here;
  }

  // The update of Broyden, Fletcher, Goldfarb and Shanno (1970).
  void learn(const VectorXd& moved, const VectorXd& turned) {
    const double curvature = moved.dot(turned);
    if (!(curvature > kLeastCurvature)) {
      return;
    }
    if (is_new_) {
      inverse_hessian_ *= curvature / turned.squaredNorm();
      is_new_ = false;
    }
    const VectorXd image = inverse_hessian_ * turned;
    const double scale = (1 + turned.dot(image) / curvature) / curvature;
    inverse_hessian_ += scale * moved * moved.transpose() -
                        (image * moved.transpose() + moved * image.transpose()) / curvature;
  }

  const Smooth& function_;
  Eigen::Map<const VectorXd> low_;
  Eigen::Map<const VectorXd> high_;
  DescentOptions options_;
  int evaluations_ = 0;
  MatrixXd inverse_hessian_;  // as far as steps have told
  bool is_new_ = true;        // they have told nothing
};

}  // namespace

Descended descend(const Smooth& function,
                  const std::vector<double>& start,
                  std::span<const double> low,
                  std::span<const double> high,
                  const DescentOptions& options) {
  const Stand end = Descent(function, low, high, options).run(start);
  return {.at = {end.at.begin(), end.at.end()}, .value = end.value};
}

}  // namespace luthier::gp

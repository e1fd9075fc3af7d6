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

// From here on the inverse Hessian is kept as the steps that it is made of: a product then takes
// time linear in the dimensions.
constexpr Index kManyDimensions = 65;

// The inverse Hessian as far as steps have told, by the update of Broyden, Fletcher, Goldfarb and
// Shanno (1970), or the same by two loops over the steps (Nocedal, "Updating quasi-Newton matrices
// with limited storage", 1980) without a limit: a descent has few.
class InverseHessian {
 public:
  explicit InverseHessian(Index dimensions) : dimensions_(dimensions) { forget(); }

  bool is_new() const { return is_new_; }  // steps have told nothing

  void forget() {
    is_new_ = true;
    scale_ = 1;
    steps_.clear();
    if (is_dense()) {
      matrix_ = MatrixXd::Identity(dimensions_, dimensions_);
    }
  }

  VectorXd times(const VectorXd& vector) const {
    return is_dense() ? VectorXd(matrix_ * vector) : by_steps(vector);
  }

  void learn(const VectorXd& moved, const VectorXd& turned) {
    const double curvature = moved.dot(turned);
    if (!(curvature > kLeastCurvature)) {
      return;
    }
    if (is_new_) {
      scale_ = curvature / turned.squaredNorm();
      is_new_ = false;
      if (is_dense()) {
        matrix_ *= scale_;
      }
    }
    if (is_dense()) {
      update(moved, turned, curvature);
    } else {
      steps_.push_back({moved, turned, curvature});
    }
  }

 private:
  struct Step {
    VectorXd moved;
    VectorXd turned;
    double curvature;
  };

  bool is_dense() const { return dimensions_ < kManyDimensions; }

  void update(const VectorXd& moved, const VectorXd& turned, double curvature) {
    const VectorXd image = matrix_ * turned;
    const double scale = (1 + turned.dot(image) / curvature) / curvature;
    matrix_ += scale * moved * moved.transpose() -
               (image * moved.transpose() + moved * image.transpose()) / curvature;
  }

  VectorXd by_steps(VectorXd vector) const {
    std::vector<double> shares(steps_.size());
    for (std::size_t i = steps_.size(); i-- > 0;) {
      shares[i] = steps_[i].moved.dot(vector) / steps_[i].curvature;
      vector -= shares[i] * steps_[i].turned;
    }
    vector *= scale_;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      vector += (shares[i] - steps_[i].turned.dot(vector) / steps_[i].curvature) * steps_[i].moved;
    }
    return vector;
  }

  Index dimensions_;
  double scale_ = 1;  // of the identity that it begins with
  bool is_new_ = true;
  MatrixXd matrix_;          // with few dimensions
  std::vector<Step> steps_;  // with many
};

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
        options_(options),
        inverse_hessian_(low_.size()) {}

  Stand run(const std::vector<double>& start) {
    Stand here = evaluate(Eigen::Map<const VectorXd>(start.data(), low_.size()));
    while (evaluations_ < options_.evaluations) {
      Stand next = lower(here, step(here));
      if (!(next.value < here.value)) {
        if (inverse_hessian_.is_new()) {
          break;
        }
        inverse_hessian_.forget();
        continue;
      }
      inverse_hessian_.learn(next.at - here.at, next.slope - here.slope);
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

  // A coordinate at a bound that the slope pushes against does not move.
  VectorXd step(const Stand& here) const {
    const auto is_held = [&](Index i) {
      return here.slope[i] > 0 ? here.at[i] <= low_[i] : here.at[i] >= high_[i];
    };
    VectorXd slope = here.slope;
    for (Index i = 0; i < slope.size(); ++i) {
      slope[i] = is_held(i) ? 0 : slope[i];
    }
    VectorXd out = -inverse_hessian_.times(slope);
    for (Index i = 0; i < out.size(); ++i) {
      out[i] = is_held(i) ? 0 : out[i];
    }
    const double longest = out.cwiseAbs().maxCoeff();
    return inverse_hessian_.is_new() && longest > 0
               ? VectorXd(out * (options_.first_step / longest))
               : out;
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

  const Smooth& function_;
  Eigen::Map<const VectorXd> low_;
  Eigen::Map<const VectorXd> high_;
  DescentOptions options_;
  int evaluations_ = 0;
  InverseHessian inverse_hessian_;
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

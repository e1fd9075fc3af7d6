// What values are expected anywhere, given some (Rasmussen and Williams, 2006, chapter 2).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "search/gp/kernel.h"

namespace luthier::gp {

class Posterior {
 public:
  // `values` have mean 0, one a point. At `pending` points an observation is under way: it narrows
  // the deviation near it and leaves the mean (Ginsbourger, Le Riche and Carraro, "Kriging is
  // well-suited to parallelize optimization", 2010: the kriging believer).
  Posterior(const Points& points,
            std::span<const double> values,
            const Points& pending,
            Kernel kernel);
  Posterior(Posterior&&) noexcept;
  ~Posterior();

  struct Prediction {
    double mean = 0;
    double deviation = 0;  // of the function, without the noise; above 0
  };
  std::vector<Prediction> predict(const Points& at) const;

  // A prediction and how it changes with each coordinate: 0 on categorical axes and where the axis
  // has no value.
  struct Slopes {
    Prediction value;
    std::vector<double> mean;
    std::vector<double> deviation;
  };
  Slopes slopes(std::span<const double> at) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace luthier::gp

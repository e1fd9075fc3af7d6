// How much of a step of an evolution strategy to take: less while steps contradict each other, as
// they do on noisy and multimodal objectives. Nomura, Akimoto and Ono, "CMA-ES with learning rate
// adaptation: can CMA-ES with default population size solve multimodal and noisy problems?", 2023.
#pragma once

#include <span>
#include <vector>

namespace luthier::cmaes {

class LearningRate {
 public:
  // `memory`: the weight of the newest step in the averages (the paper's beta).
  explicit LearningRate(double memory) : memory_(memory) {}

  // The whole step, in coordinates in which the distribution is standard; always of one length.
  void observe(std::span<const double> step);
  double value() const { return value_; }  // 0 to 1, at first 1

 private:
  double memory_;
  double value_ = 1;
  std::vector<double> average_;
  double average_square_ = 0;
};

}  // namespace luthier::cmaes

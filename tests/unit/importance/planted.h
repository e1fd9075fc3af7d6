// Functions whose parameters matter by construction, sampled at random.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "laboratory/importance/importance_sample.h"
#include "luthier/compiled_space.h"
#include "luthier/rng.h"

namespace luthier::test {

struct Planted {
  std::string name;
  Space space;
  std::function<double(const Config&, Rng&)> loss;  // the generator is for noise
  std::vector<std::string> order;                   // what matters, the most first
  std::vector<std::string> dead;                    // what does not matter at all
  std::vector<std::string> best_order;  // what sets the best tenth apart; empty: undecided
};

inline double number(const Config& config, const std::string& name) {
  return *config.find(name)->number();
}

inline ImportanceSample sampled(const Planted& planted, std::size_t trials, std::uint64_t seed) {
  const auto space = CompiledSpace::compile(planted.space);
  std::vector<Config> configs;
  std::vector<double> losses;
  for (std::size_t i = 0; i < trials; ++i) {
    Rng rng(seed, "planted", i);
    configs.push_back(*space->sample(rng, rng.below(space->grid_size())));
    losses.push_back(planted.loss(configs.back(), rng));
  }
  return importance_sample(*space, configs, losses);
}

std::vector<Planted> planted_functions();

}  // namespace luthier::test

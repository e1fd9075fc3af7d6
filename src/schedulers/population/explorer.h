// Explorer: PBT's "explore" step (Jaderberg et al. 2017, section 3): a copy of a configuration with
// some values redrawn from their distributions and the others moved a little.
#pragma once

#include <string>
#include <vector>

#include "luthier/compiled_space.h"
#include "luthier/rng.h"
#include "schedulers/population/exploration.h"

namespace luthier {

class Explorer {
 public:
  struct Options {
    double resample_probability = 0.25;
    std::vector<double> factors = {1.2, 0.8};
    std::vector<std::string> parameters = {};  // to vary; empty: all but grid parameters
  };
  explicit Explorer(Options options) : options_(std::move(options)) {}

  // Numbers are multiplied by one of the factors, kept inside the declared bounds and on their
  // steps (integers move by at least one); a choice moves to a neighbour in its list. Parameters
  // that become active are drawn. Grid parameters and those not named keep the exact values of
  // `from`. After 100 draws that violate a constraint `from` is returned as it is.
  ExploredConfig explore(const CompiledSpace& space, const Config& from, Rng& rng) const;

  // Whether this parameter of the space is one to vary.
  bool varies(const CompiledSpace& space, const Axis& axis) const;

 private:
  Config draw(const CompiledSpace& space, const Config& from, Rng& rng) const;
  double move(
      const CompiledSpace& space, std::size_t axis, const Value& value, double at, Rng& rng) const;

  Options options_;
};

}  // namespace luthier

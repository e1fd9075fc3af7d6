// Variation: points of the unit cube around a configuration, of which only some parameters vary.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "luthier/compiled_space.h"
#include "luthier/rng.h"

namespace luthier {

// "lr 0.1 -> 0.12, units = 8", or "nothing changed".
std::string changes_between(const Config& from, const Config& to);

// Whether a parameter may vary: no grid, and one of `names` unless that is empty.
bool may_vary(const CompiledSpace& space, const Axis& axis, std::span<const std::string> names);

// The configuration at `point`, with the exact values of `from` for the parameters `kept`, since
// coordinates round. NaN coordinates stand for a value outside its domain, which must be kept.
Config decode_keeping(const CompiledSpace& space,
                      std::vector<double> point,
                      const Config& from,
                      std::span<const std::string> kept);

class Variation {
 public:
  // `names`: the parameters to vary; empty: all but grids. Others keep the values of `from`; those
  // that are not in it (conditions may become true) vary too. `from` and `names` must outlive this.
  Variation(const CompiledSpace& space, const Config& from, std::span<const std::string> names);

  // The point of `from`, where a varying choice is drawn anew with this probability and absent
  // parameters are drawn.
  std::vector<double> start(Rng& rng, double redraw_choice) const;
  // `base` with every varying number drawn anew.
  std::vector<double> jump(std::vector<double> base, Rng& rng) const;
  // `point` with every varying number moved by a normal step, reflected into the cube.
  std::vector<double> walk(std::vector<double> point, double step, Rng& rng) const;
  Config decode(const std::vector<double>& point) const;

 private:
  bool is_number(std::size_t axis) const;

  const CompiledSpace& space_;
  const Config& from_;
  std::vector<double> origin_;  // coordinates of from
  std::vector<bool> varies_;    // by axis
  std::vector<std::string> kept_;
};

}  // namespace luthier

#include "core/space/completed_config.h"

#include <cmath>

namespace luthier {

Config completed_config(const CompiledSpace& space,
                        const Config& given,
                        const Config& drawn,
                        Rng& rng) {
  std::vector<double> coordinates = space.encode(drawn);
  const std::vector<double> fixed = space.encode(given);
  for (std::size_t i = 0; i < fixed.size(); ++i) {
    if (!std::isnan(fixed[i])) {
      coordinates[i] = fixed[i];
    } else if (std::isnan(coordinates[i])) {
      coordinates[i] = rng.uniform();
    }
  }
  Config config = space.decode(coordinates);
  for (const auto& [name, value] : given) {
    if (config.contains(name)) {
      config.set(name, value);
    }
  }
  return config;
}

}  // namespace luthier

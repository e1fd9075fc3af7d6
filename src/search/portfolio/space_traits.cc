#include "search/portfolio/space_traits.h"

#include <string_view>

#include "base/format.h"

namespace luthier::portfolio {
namespace {

std::string counted(std::size_t count, std::string_view one, std::string_view several) {
  return formatted("{} {}", count, count == 1 ? one : several);
}

}  // namespace

SpaceTraits traits_of(const CompiledSpace& space) {
  SpaceTraits out;
  for (const Axis& axis : space.axes()) {
    out.has_conditions = out.has_conditions || axis.conditional;
    if (!axis.grid) {
      (axis.kind == AxisKind::categorical ? out.categorical : out.numeric) += 1;
    }
  }
  return out;
}

std::string to_text(const SpaceTraits& traits) {
  const std::string numbers = counted(traits.numeric, "number", "numbers");
  const std::string categories = counted(traits.categorical, "category", "categories");
  return traits.categorical == 0 ? numbers
         : traits.numeric == 0   ? categories
                                 : numbers + " and " + categories;
}

}  // namespace luthier::portfolio

#include "base/unknown_option.h"

#include "base/format.h"
#include "base/text.h"

namespace luthier {

std::string unknown_option(std::string_view owner,
                           std::string_view name,
                           std::span<const std::string> known) {
  std::string out(owner);
  out.append(" has no option '").append(name).append("'");
  if (known.empty()) {
    return out + "; it takes none";
  }
  const auto meant = closest_name(name, known);
  return out + "; " + (meant ? formatted("did you mean '{}'? ", *meant) : "") +
         "known: " + join(known, ", ");
}

}  // namespace luthier

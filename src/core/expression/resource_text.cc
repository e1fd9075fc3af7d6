#include "core/expression/resource_text.h"

#include "base/format.h"
#include "base/text.h"

namespace luthier {

std::string lacking_text(std::string_view resource, double wanted, double there) {
  const bool counts = resource == "cpu" || resource == "gpu";
  return formatted("needs {} {}{}{}",
                   format_number(wanted),
                   resource,
                   counts && wanted > 1 ? "s" : "",
                   there == 0   ? ", but there is none"
                   : there <= 1 ? ", but there is only " + format_number(there)
                                : ", but there are only " + format_number(there));
}

}  // namespace luthier

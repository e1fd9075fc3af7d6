#include "service/http/parameter_scale.h"

namespace luthier {

std::string_view scale_of(const Domain& domain) {
  switch (domain.kind) {
    case DomainKind::loguniform:
    case DomainKind::qloguniform:
    case DomainKind::lograndint:
    case DomainKind::qlograndint:
      return "log";
    case DomainKind::choice:
    case DomainKind::grid:
    case DomainKind::flag:
    case DomainKind::secret:
      return "category";
    default:
      return "linear";
  }
}

}  // namespace luthier

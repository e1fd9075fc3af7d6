// Canonical exports, which bundles hold: any two texts, with a line "---" between them, agree,
// differ or are none; a text agrees with itself.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "core/log/canonical_agreement.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  Input input(data, size);
  const std::string_view first = input.section();
  const std::string_view second = input.rest();
  for (const double tolerance : {0.0, 0.01}) {
    static_cast<void>(CanonicalAgreement(tolerance).compare(first, second));
    const auto same = CanonicalAgreement(tolerance).compare(first, first);
    LUTHIER_CHECK(!same || same->differences == 0, same->first_difference.c_str());
  }
  return 0;
}

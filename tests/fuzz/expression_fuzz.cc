// Expressions of conditions, constraints and stop rules: whatever parses prints a canonical form
// that parses back to itself, and evaluates or fails without aborting.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "core/expression/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto expression = luthier::parse_expression({reinterpret_cast<const char*>(data), size});
  if (!expression) {
    return 0;
  }
  const std::string canonical = expression->to_text();
  const auto again = luthier::parse_expression(canonical);
  LUTHIER_CHECK(again.ok(), canonical.c_str());
  LUTHIER_CHECK(again->to_text() == canonical, canonical.c_str());
  const luthier::Value half(0.5);
  const luthier::Value text("sgd");
  const auto lookup = [&](std::string_view name) -> const luthier::Value* {
    return name.size() == 1 ? &half : name.size() == 2 ? &text : nullptr;
  };
  const bool evaluates = expression->evaluate(lookup).ok();
  LUTHIER_CHECK(again->evaluate(lookup).ok() == evaluates, canonical.c_str());
  return 0;
}

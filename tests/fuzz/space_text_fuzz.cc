// "NAME=DISTRIBUTION if CONDITION", a line each, as after `-p`: whatever is accepted has a
// canonical form that parses back to an equal space, and draws that satisfy it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "luthier/compiled_space.h"
#include "luthier/space.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  luthier::Space space;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (!space.add_text(text.substr(0, end))) {
      return 0;
    }
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  luthier::Space again;
  for (const luthier::Parameter& parameter : space.parameters()) {
    const std::string canonical = to_text(parameter);
    LUTHIER_CHECK(again.add_text(canonical).ok(), canonical.c_str());
  }
  LUTHIER_CHECK(again == space, "the canonical form gives another space");
  const auto compiled = luthier::CompiledSpace::compile(space);
  if (!compiled) {
    return 0;
  }
  luthier::Rng rng(1, "fuzz");
  if (const auto config = compiled->sample(rng, 0)) {
    LUTHIER_CHECK(compiled->check(*config).ok(), to_json(*config).c_str());
  }
  return 0;
}

// The [space] of a TOML document: whatever is accepted has canonical forms, as text and as JSON,
// that read back to an equal space.
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/space/space_toml.h"
#include "input.h"
#include "same_space.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto space = luthier::parse_space_toml(luthier::Input(data, size).rest());
  if (!space || !luthier::CompiledSpace::compile(*space)) {
    return 0;
  }
  luthier::check_canonical_forms(*space);
  const std::string json = to_json(*space);
  const auto again = luthier::parse_space_json(json);
  LUTHIER_CHECK(again && *again == *space, json.c_str());
  luthier::check_draws(*space);
  return 0;
}

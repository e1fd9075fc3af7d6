// "NAME=DISTRIBUTION if CONDITION", a line each, as after `-p`: whatever is accepted has a
// canonical form that parses back to an equal space, and draws that satisfy it.
#include <cstddef>
#include <cstdint>

#include "input.h"
#include "same_space.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  luthier::Input input(data, size);
  luthier::Space space;
  while (!input.empty()) {
    if (!space.add_text(input.up_to('\n'))) {
      return 0;
    }
  }
  luthier::check_canonical_forms(space);
  luthier::check_draws(space);
  return 0;
}

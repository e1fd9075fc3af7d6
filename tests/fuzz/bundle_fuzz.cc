// A bundle as it comes: gzip, and in it tar.
#include <cstddef>
#include <cstdint>

#include "input.h"
#include "laboratory/bundles/bundle.h"
#include "scratch_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = luthier::write_scratch("x.bundle", luthier::Input(data, size).rest());
  static_cast<void>(luthier::read_bundle(path));
  return 0;
}

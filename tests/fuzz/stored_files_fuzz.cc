// Small files in a stranger's experiment: a checkpoint's manifest and a request to the controller.
#include <cstddef>
#include <cstdint>

#include "input.h"
#include "scratch_files.h"
#include "store/manifest.h"
#include "tuner/stored/control_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  const std::string_view bytes = Input(data, size).rest();
  write_scratch(kManifestName, bytes);
  static_cast<void>(read_manifest(ContainedFiles(scratch_directory())));
  write_scratch("control/1.request", bytes);
  LUTHIER_CHECK(ControlFiles(scratch_directory()).take().size() <= 1, "one file, two requests");
  LUTHIER_CHECK(!std::filesystem::exists(scratch_directory() / "control/1.request"),
                "a request was not taken");
  return 0;
}

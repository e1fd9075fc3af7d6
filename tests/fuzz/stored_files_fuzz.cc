// Small files in a stranger's experiment: a checkpoint's manifest, a request to the controller and
// what people said.
#include <cstddef>
#include <cstdint>

#include "input.h"
#include "scratch_files.h"
#include "store/manifest.h"
#include "tuner/stored/control_files.h"
#include "tuner/stored/remarks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  const std::string_view bytes = Input(data, size).rest();
  write_scratch(kManifestName, bytes);
  static_cast<void>(read_manifest(ContainedFiles(scratch_directory())));
  if (const auto remarks = parse_remarks(bytes)) {
    const auto again = parse_remarks(to_json(*remarks));
    LUTHIER_CHECK(again && *again == *remarks, "remarks that are read are written as they were");
  }
  write_scratch("control/1.request", bytes);
  LUTHIER_CHECK(ControlFiles(scratch_directory()).take().size() <= 1, "one file, two requests");
  LUTHIER_CHECK(!std::filesystem::exists(scratch_directory() / "control/1.request"),
                "a request was not taken");
  return 0;
}

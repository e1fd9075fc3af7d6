// `luthier run FILE.toml`: any file gives settings or a list of problems.
#include <cstddef>
#include <cstdint>

#include "cli/options/experiment_file.h"
#include "input.h"
#include "scratch_files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  const auto path = write_scratch("tune.toml", Input(data, size).rest());
  const auto file = cli::read_experiment_file(path.string());
  LUTHIER_CHECK(file || !file.error().message.empty(), "an error without a word");
  return 0;
}

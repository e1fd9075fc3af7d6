// The description of an experiment in a stranger's log or bundle: whatever is accepted is written
// and read back without a change, and its space draws what satisfies it.
#include <cstddef>
#include <cstdint>
#include <string>

#include "input.h"
#include "luthier/experiment_spec.h"
#include "same_space.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto spec = luthier::parse_experiment_spec(luthier::Input(data, size).rest());
  if (!spec) {
    return 0;
  }
  const std::string written = to_json(*spec);
  const auto again = luthier::parse_experiment_spec(written);
  LUTHIER_CHECK(again.ok(), written.c_str());
  LUTHIER_CHECK(to_json(*again) == written, written.c_str());
  luthier::check_draws(spec->space);
  return 0;
}

// The gpus that programs started here would see, as CUDA_VISIBLE_DEVICES names them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "luthier/error.h"
#include "luthier/trial.h"

namespace luthier {

// What the caller's CUDA_VISIBLE_DEVICES (null: not set) leaves of the gpus of this machine: names
// such as "0", "GPU-8932f937-..." or "MIG-...", in its order, and as the driver reads it up to the
// first that is none. Without the variable: the driver's device files under `root`, counted.
// Nothing: there is neither a variable nor a driver to ask, so gpus of another kind may be there.
std::optional<std::vector<std::string>> visible_gpus(const char* variable,
                                                     const std::filesystem::path& root = "/");

// The gpus that trials share.
struct SharedGpus {
  double amount = 0;
  std::vector<std::string> names;  // empty: 0, 1, 2, ...
};
// `declared` is what --gpus says, negative where it says nothing. More than are visible is an
// error.
Result<SharedGpus> shared_gpus(double declared,
                               const std::optional<std::vector<std::string>>& visible);

}  // namespace luthier

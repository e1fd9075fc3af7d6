// Saving what is whole of a damaged log: every event before the damage, into a new experiment
// directory beside the damaged one, which stays as it is.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "luthier/error.h"
#include "luthier/event.h"

namespace luthier {

// How every message about damage ends.
inline constexpr std::string_view kDamageRemedy =
    "; nothing was changed, and 'luthier doctor EXPERIMENT --salvage' keeps every event before the "
    "damage";

struct SalvageReport {
  std::filesystem::path directory;  // the new experiment: "<damaged>.salvaged"
  Sequence events = 0;              // copied
  std::string damage;               // what ended it; empty when the log is whole
};

// Errors: not_found; already_exists (an earlier salvage is there); unavailable (it is being run);
// corruption (not one event can be read); io.
Result<SalvageReport> salvage(const std::filesystem::path& experiment_directory);

}  // namespace luthier

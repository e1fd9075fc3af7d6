// What is said of an attempt's output when a name is not heard, or to show what is.
#pragma once

#include <string>
#include <vector>

#include "executors/results/diagnosis.h"
#include "executors/results/hearing.h"
#include "executors/results/understanding.h"

namespace luthier {

// `meanings`: what was understood. All advice is tried on the line it is about.
Diagnosis diagnose(const HearingOptions& options,
                   const SeenNames& seen,
                   const std::vector<Meaning>& meanings,
                   std::vector<std::string> ambiguous);

}  // namespace luthier

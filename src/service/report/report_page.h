// A report: experiments as one page that opens from a file, without a network. It has the modules
// and the style of web/, and the answers of the API that they would ask for.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "laboratory/comparison/comparison.h"
#include "luthier/error.h"

namespace luthier {

struct ReportOptions {
  // For the first page of several experiments: their comparison, or a sentence on why there is
  // none.
  std::optional<ComparisonReport> comparison = {};
  std::string not_compared = {};
  std::string compared_by = {};  // the command that prints the comparison
  std::string made_by = {};      // shown at its end: the program, when, and the command
};

// Under 2 MB for one experiment, whatever its size; each of several has a part of that, and no less
// than a summary needs. Precondition: at least one experiment.
Result<std::string> report_page(std::span<const std::filesystem::path> experiments,
                                const ReportOptions& options);

}  // namespace luthier

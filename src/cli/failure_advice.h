// What helps where a program refused the arguments that a trial gave it: its own words tell, those
// of argparse, click, getopt, clap and Go's flags.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "luthier/experiment_spec.h"

namespace luthier::cli {

// A sentence about the failure `message` of a trial, which ends with the command as it works, made
// of the words of `verb` as `typed`; empty: nothing is known.
std::string failure_advice(const std::string& message,
                           const ExperimentSpec& spec,
                           std::string_view verb,
                           std::span<const std::string> typed);

}  // namespace luthier::cli

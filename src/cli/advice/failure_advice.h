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

// The same for a trial that reported no objective where a metric it did report was likely meant:
// "the metric is 'loss'; type: luthier run --min loss ...". The objectives of an experiment are
// what they are, so that no other command helps. `name`: one that is free, where the experiment was
// given one; empty otherwise.
std::string objective_advice(const std::string& message,
                             const ExperimentSpec& spec,
                             std::string_view verb,
                             std::span<const std::string> typed,
                             const std::string& name);

}  // namespace luthier::cli

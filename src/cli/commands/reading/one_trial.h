// One trial of a program outside any experiment: in a temporary directory that goes with it.
#pragma once

#include <functional>
#include <string_view>

#include "cli/output/tried_trial.h"
#include "core/space/shared_space.h"
#include "luthier/error.h"

namespace luthier::cli {

// The configuration to try: the first of the spec's points, or the middle of each range; what the
// constraints rule out is drawn anew.
// `ready`: the spec's space, where it is compiled already.
Result<Config> configuration_to_try(const ExperimentSpec& spec, const SharedSpace& ready = nullptr);

// Runs the program of `spec` once, to its end or until Ctrl-C, and listens as a run would.
// `show` (may be empty) is given what the program writes, as it comes.
Result<TriedTrial> run_one_trial(const ExperimentSpec& spec,
                                 const std::function<void(std::string_view)>& show,
                                 const SharedSpace& ready = nullptr);

}  // namespace luthier::cli

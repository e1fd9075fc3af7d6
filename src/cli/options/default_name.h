// How an experiment is called when nobody names it.
#pragma once

#include <string>

#include "luthier/experiment_spec.h"

namespace luthier::cli {

// "train-2026-01-31-120000": what the program is called and the local time.
std::string default_name(const ExperimentSpec& spec);

}  // namespace luthier::cli

// What an experiment says to any executor of programs.
#pragma once

#include "executors/process.h"
#include "luthier/experiment_spec.h"

namespace luthier {

ProcessOptions process_options(const ExperimentSpec& spec);

}  // namespace luthier

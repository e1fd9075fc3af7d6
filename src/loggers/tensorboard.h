// Format "tensorboard": event files that TensorBoard reads as they grow. One run for each trial, a
// new file in it for each attempt, every metric that is a number or a boolean a scalar at its
// training_iteration. The HParams plugin gets its experiment record once, in the root run, and each
// trial's configuration when its first attempt starts. TensorBoard keeps the first record of either
// kind of a run: so a trial whose configuration changes later (PBT) stays listed with its first
// one, and the end of a trial that is tried again is not repeated.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "loggers/trial_files.h"
#include "luthier/space.h"
#include "luthier/trial.h"

namespace luthier {

// The file of an attempt, in its trial's directory; 0: of the root run, in the experiment's.
std::string tensorboard_file_name(std::int64_t attempt);

std::unique_ptr<FileFormat> tensorboard_format(std::string name,
                                               std::vector<Objective> objectives,
                                               std::span<const Parameter> parameters);

}  // namespace luthier

// Every state of a trial, in the order in which they are listed.
#pragma once

#include <array>

#include "luthier/trial.h"

namespace luthier {

inline constexpr std::array kTrialStates = {TrialState::pending,
                                            TrialState::running,
                                            TrialState::paused,
                                            TrialState::completed,
                                            TrialState::stopped,
                                            TrialState::failed};

}  // namespace luthier

// Checks a related task against the objectives, and puts its results in order.
#pragma once

#include "luthier/experiment_spec.h"

namespace luthier {

// The same results best first, by the experiment's objectives and requirements; of very many the
// best. Which parameters they have does not matter here. An error says what is missing.
Result<RelatedTask> ordered_related(const ExperimentSpec& spec, const RelatedTask& task);
inline constexpr std::size_t kMostRelatedResults = 1000;

}  // namespace luthier

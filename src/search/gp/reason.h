// What a search with Gaussian processes expects of the point that it proposes, in words.
#pragma once

#include <span>
#include <string>

#include "luthier/trial.h"
#include "search/gp/improvement.h"
#include "search/gp/ranking.h"

namespace luthier::gp {

// `samples`: of each objective, what its model was made of.
std::string reason_for(const Search& search,
                       const Place& place,
                       std::span<const Objective> objectives,
                       std::span<const Ranking::Sample> samples);

}  // namespace luthier::gp

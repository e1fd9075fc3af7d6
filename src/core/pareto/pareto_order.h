// The order of results with several objectives: by front, and within a front by what each adds to
// the hypervolume of those before it (greedy subset selection; Guerreiro, Fonseca and Paquete
// 2016). The reference point is a tenth of the front's range beyond its worst value of each
// objective, so that no unit of any objective matters. With more than four objectives, and where
// three or four have a front of more than 100 results, crowding distances take the place of the
// hypervolume, which would take too long.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "core/pareto/fronts.h"

namespace luthier {

// Indices of the best `most` points (all, if fewer), best first. Points with a loss that is not
// finite come last; what is left equal is in the order given.
std::vector<std::size_t> pareto_order(std::span<const Losses> points,
                                      std::size_t most = std::numeric_limits<std::size_t>::max());

// How many of `others` come before `point`, which counts as the newest.
std::size_t pareto_rank(const Losses& point, std::span<const Losses> others);

// How results are ranked with several objectives, in words for a reason.
inline constexpr const char* kParetoWords = "by non-domination, then hypervolume contribution";

}  // namespace luthier

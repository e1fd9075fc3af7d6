// Quasi-random search: scrambled Sobol points, which leave smaller gaps than independent draws.
#include "search/points/sequence_search.h"
#include "search/points/sobol_sequence.h"

namespace luthier {
namespace {

PointAt sobol_points(std::size_t dimensions) {
  return [sequence = SobolSequence(dimensions)](std::uint64_t index, std::uint64_t seed) {
    return sequence.point(index, seed);
  };
}

}  // namespace

SearcherPlugin searcher_sobol() {
  return {.info = {.summary = "scrambled Sobol points: evenly spread draws",
                   .paper = "Owen, Scrambling Sobol and Niederreiter-Xing Points, 1998",
                   .multi_objective = true,
                   .requirements = true},
          .reads_results = false,
          .make = [](const PluginContext&) -> Result<std::unique_ptr<Searcher>> {
            return search_along(
                {.stream = "sobol", .reason = "scrambled Sobol point", .make = sobol_points});
          }};
}

}  // namespace luthier

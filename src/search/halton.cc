// Quasi-random search: scrambled Halton points. Sobol's are spread more evenly when their number is
// a power of two, these at every number alike.
#include "search/points/halton_sequence.h"
#include "search/points/sequence_search.h"

namespace luthier {
namespace {

PointAt halton_points(std::size_t dimensions) {
  return [sequence = HaltonSequence(dimensions)](std::uint64_t index, std::uint64_t seed) {
    return sequence.point(index, seed);
  };
}

}  // namespace

SearcherPlugin searcher_halton() {
  return {.info = {.summary = "scrambled Halton points: evenly spread draws",
                   .paper = "Owen, A randomized Halton algorithm in R, 2017",
                   .multi_objective = true,
                   .requirements = true},
          .reads_results = false,
          .make = [](const PluginContext&) -> Result<std::unique_ptr<Searcher>> {
            return search_along(
                {.stream = "halton", .reason = "scrambled Halton point", .make = halton_points});
          }};
}

}  // namespace luthier

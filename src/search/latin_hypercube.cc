// Latin hypercube sampling (McKay, Beckman and Conover, 1979): with n trials each parameter takes
// one value from each of n equally likely intervals of its range. After n trials another design
// begins. Each interval's trial is random: a permutation for each parameter, by a hash, so that no
// design is kept.
#include <bit>

#include "search/points/mixing.h"
#include "search/points/sequence_search.h"

namespace luthier {
namespace {

// Where `index` (below `size`) goes in a random permutation of 0 .. size - 1: steps that can each
// be undone permute the numbers with as many bits, and those that are too large are sent on.
std::uint64_t permuted(std::uint64_t index, std::uint64_t size, std::uint64_t key) {
  const auto bits = static_cast<unsigned>(std::bit_width(size - 1));
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  do {
    std::uint64_t random = key;
    for (int round = 0; round < 6; ++round) {
      random = mix(random);
      index = (index * (random | 1U) + (random >> 32)) & mask;
      index ^= index >> (bits / 2 + 1);
    }
  } while (index >= size);
  return index;
}

PointAt latin_hypercubes(std::size_t dimensions, std::uint64_t size) {
  return [=](std::uint64_t index, std::uint64_t seed) {
    std::vector<double> point;
    const std::uint64_t design = mix(seed ^ mix(index / size));
    for (std::size_t d = 0; d < dimensions; ++d) {
      const std::uint64_t key = mix(design + d);
      const double within = static_cast<double>(mix(key ^ mix(index)) >> 11) * 0x1p-53;
      const auto interval = static_cast<double>(permuted(index % size, size, key));
      point.push_back((interval + within) / static_cast<double>(size));
    }
    return point;
  };
}

}  // namespace

SearcherPlugin searcher_latin_hypercube() {
  return {
      .info = {.summary = "Latin hypercubes: each parameter evenly spread over its range",
               .paper = "McKay, Beckman and Conover, A Comparison of Three Methods for Selecting "
                        "Values of Input Variables, 1979",
               .options = {{.name = "size",
                            .type = OptionType::integer,
                            .default_value = 64,
                            .meaning = "trials of a design, of each cell of a grid: best the "
                                       "number of trials; after them another design begins",
                            .minimum = 1,
                            .maximum = 1e9}},
               .multi_objective = true,
               .requirements = true},
      .reads_results = false,
      .make = [](const PluginContext& context) -> Result<std::unique_ptr<Searcher>> {
        const auto size = static_cast<std::uint64_t>(context.options.integer("size"));
        return search_along({.stream = "latin_hypercube",
                             .reason = "point of a Latin hypercube",
                             .make = [size](std::size_t dimensions) {
                               return latin_hypercubes(dimensions, size);
                             }});
      }};
}

}  // namespace luthier

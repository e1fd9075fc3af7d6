// A searcher that follows a fixed sequence of points of the unit cube. Every cell of the grid has a
// sequence of its own. Points that violate a constraint or repeat a configuration of a finite space
// are passed over; coordinates of inactive parameters are ignored.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "luthier/searcher.h"

namespace luthier {

// Point number `index` of the sequence randomised with `seed`, in [0, 1); a function of these only.
using PointAt = std::function<std::vector<double>(std::uint64_t index, std::uint64_t seed)>;

struct SequenceOptions {
  std::string stream;  // names the random stream that seeds come from
  std::string reason;  // of every proposal
  std::function<PointAt(std::size_t dimensions)> make;
};

std::unique_ptr<Searcher> search_along(SequenceOptions options);

}  // namespace luthier

#include "laboratory/comparison/statistics/ranks.h"

#include <algorithm>
#include <numeric>

namespace luthier {

std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> out(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t past = first + 1;
    while (past < order.size() && values[order[past]] == values[order[first]]) {
      ++past;
    }
    // Places first+1 .. past.
    const double shared = static_cast<double>(first + 1 + past) / 2;
    for (; first < past; ++first) {
      out[order[first]] = shared;
    }
  }
  return out;
}

}  // namespace luthier

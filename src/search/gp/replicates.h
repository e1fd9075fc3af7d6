// Replicates: what trials at one and the same place say of noise. Where two of them that trained
// equally long have different losses, the losses are noisy for certain. Fed with facts in log
// order.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace luthier::gp {

class Replicates {
 public:
  // A trial completed there. NaN where an axis is inactive.
  void completed(std::span<const double> point, std::int64_t iteration, double loss);

  bool are_known() const { return are_known_; }  // a place was tried twice
  bool differ() const { return differ_; }

 private:
  struct Seen {
    std::int64_t iteration = 0;
    double loss = 0;
  };

  std::map<std::vector<double>, Seen> seen_;  // the first at each place
  bool are_known_ = false;
  bool differ_ = false;
};

}  // namespace luthier::gp

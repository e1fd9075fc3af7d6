// Places that would repeat a loss already seen. Where losses come from the rows of a table, or from
// scores on few examples, different configurations have exactly the same loss, and a model goes on
// proposing the best value it knows. Trials with the same loss, nearer to each other than any trial
// with another loss, show how far that loss extends: a point that is nearest to one of them, and
// not much farther than that distance, repeats.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "luthier/compiled_space.h"
#include "luthier/trial.h"

namespace luthier {

class Repeats {
 public:
  // A trial completed with this loss; a trial that completes again counts as it did last.
  void completed(const CompiledSpace& space,
                 TrialId trial,
                 std::span<const double> point,
                 double loss);
  void forget(TrialId trial);
  // False while all losses differ.
  bool contains(std::span<const double> point) const;

 private:
  struct Seen {
    std::vector<double> point;
    double loss = 0;
  };

  double distance(std::span<const double> a, std::span<const double> b) const;
  double extent(const Seen& seen) const;

  std::vector<bool> is_categorical_;           // by axis
  std::map<std::int64_t, Seen> seen_;          // the newest trials
  std::unordered_map<double, int> with_loss_;  // look-ups only
  int repeated_ = 0;                           // losses that more than one trial has
};

}  // namespace luthier

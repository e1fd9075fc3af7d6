// The configurations of a finite space that were tried, so that none is proposed twice and the
// search ends when all are. Over an infinite space it remembers nothing and allows everything.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_set>

#include "luthier/searcher.h"

namespace luthier {

class Explored {
 public:
  // A trial was added or goes on with another configuration.
  void add(const CompiledSpace& space, const Config& config);
  bool contains(const CompiledSpace& space, const Config& config) const;

  // A new configuration: drawn by `draw` while that finds new ones, then the first new one of the
  // cell in the order of PointWalk, then of the cells after it. An error of `draw` ends the search.
  using Draw = std::function<Result<Config>(std::uint64_t cell)>;
  Suggestion first_new(const CompiledSpace& space,
                       std::uint64_t cell,
                       const Draw& draw,
                       std::string_view reason) const;
  // The same for a draw from the space as declared: what random search proposes for this trial.
  Suggestion as_declared(const ExperimentView& view, TrialId trial, std::string_view reason) const;

 private:
  Suggestion walk(const CompiledSpace& space, std::uint64_t cell) const;

  // Hashes of the cells a configuration lies in; 64 bits: among a million, two coincide with a
  // chance of 3e-8. Asked for membership only.
  std::unordered_set<std::uint64_t> keys_;
};

}  // namespace luthier

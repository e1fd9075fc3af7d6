// What a worker on Ray's nodes is made of, and what Ray's nodes have.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "executors/ray/ray.h"
#include "luthier/trial.h"

namespace luthier {

using RayAmounts = std::map<std::string, double>;  // by Ray's names: CPU, GPU, memory, ...

// Attempts of equal shapes take each other's workers.
struct RayShape {
  RayAmounts resources;
  std::size_t slots = 1;            // attempts at a time
  std::string strategy;             // of the placement group; empty: none
  std::vector<RayAmounts> bundles;  // what an attempt may use beside its worker
  friend auto operator<=>(const RayShape&, const RayShape&) = default;
};
RayShape ray_shape(const Resources& claim, const RayOptions& options);

// "cpu:1+gpu:0.5"
Result<RayAmounts> ray_bundle(const std::string& text);
// What an attempt claims beside its own resources.
Resources ray_bundles(const RayOptions& options);

struct RayNode {
  std::string name;
  RayAmounts resources;
};
Resources ray_inventory(const std::vector<RayNode>& nodes);
// Why no node, or no set of nodes, can ever hold the shape; empty when one can. The sentence names
// what is asked for and what there is.
std::string why_infeasible(const RayShape& shape, const std::vector<RayNode>& nodes);

// "CPU 0.5, GPU 1", in alphabetical order.
std::string in_words(const RayAmounts& amounts);

}  // namespace luthier

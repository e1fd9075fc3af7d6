// Shape: what a worker is made of: its resources, how many trials it holds at once, its language,
// and the bundles its trial may use beside it. Trials of equal shapes take each other's workers.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

namespace luthier::ray_driver {

using Amounts = std::unordered_map<std::string, double>;

struct Shape {
  std::string text;  // as it came; the name by which shapes are compared
  Amounts resources;
  std::size_t slots = 1;
  bool python = true;
  std::string strategy;          // of the placement group; empty: none
  std::vector<Amounts> bundles;  // beside the worker's own
};
Shape parse_shape(const std::string& text);

// What the cluster has, one node a line: "name CPU=4 GPU=1". Nodes that are gone are left out.
struct Node {
  std::string name;
  Amounts resources;
};
std::vector<Node> parse_nodes(const std::string& text);

// Why no node, or no set of nodes, can ever hold the shape; empty when one can. The sentence names
// what is asked for and what there is.
std::string why_infeasible(const Shape& shape, const std::vector<Node>& nodes);

// "CPU 0.5, GPU 1", in alphabetical order.
std::string in_words(const Amounts& amounts);

}  // namespace luthier::ray_driver

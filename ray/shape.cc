#include "shape.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>

#include "executors/ray/ray_wire.h"

namespace luthier::ray_driver {
namespace {

constexpr double kSlack = 1e-6;

// "CPU=4,GPU=1" with the separator given.
Amounts parse_amounts(const std::string& text, char separator) {
  Amounts amounts;
  std::istringstream words(text);
  std::string word;
  while (std::getline(words, word, separator)) {
    const std::size_t equals = word.rfind('=');
    if (equals != std::string::npos) {
      const double amount = std::strtod(word.c_str() + equals + 1, nullptr);
      if (amount > 0) {
        amounts[word.substr(0, equals)] = amount;
      }
    }
  }
  return amounts;
}

double amount_of(const Amounts& amounts, const std::string& name) {
  const auto found = amounts.find(name);
  return found == amounts.end() ? 0 : found->second;
}

bool fits(const Amounts& wanted, const Amounts& there) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) {
    return each.second <= amount_of(there, each.first) + kSlack;
  });
}

Amounts sum(const std::vector<Amounts>& all) {
  Amounts total;
  for (const Amounts& each : all) {
    for (const auto& [name, amount] : each) {
      total[name] += amount;
    }
  }
  return total;
}

std::string nodes_in_words(const std::vector<Node>& nodes) {
  std::string out;
  const std::size_t shown = std::min<std::size_t>(nodes.size(), 4);
  for (std::size_t i = 0; i < shown; ++i) {
    out += (i == 0 ? "" : "; ") + nodes[i].name + " (" + in_words(nodes[i].resources) + ")";
  }
  return nodes.size() > shown ? out + " and others" : out;
}

bool some_node_fits(const Amounts& wanted, const std::vector<Node>& nodes) {
  return std::any_of(
      nodes.begin(), nodes.end(), [&](const Node& node) { return fits(wanted, node.resources); });
}

}  // namespace

Shape parse_shape(const std::string& text) {
  Shape shape;
  shape.text = text;
  ray_wire::read_settings(text, [&](const std::string& key, const std::string& value) {
    if (key == "resources") {
      shape.resources = parse_amounts(value, ',');
    } else if (key == "slots") {
      shape.slots = static_cast<std::size_t>(std::strtoul(value.c_str(), nullptr, 10));
    } else if (key == "language") {
      shape.python = value == "python";
    } else if (key == "strategy") {
      shape.strategy = value;
    } else if (key == "bundle") {
      shape.bundles.push_back(parse_amounts(value, ','));
    }
  });
  return shape;
}

std::vector<Node> parse_nodes(const std::string& text) {
  std::vector<Node> nodes;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    const std::size_t blank = line.find(' ');
    nodes.push_back(
        {line.substr(0, blank),
         blank == std::string::npos ? Amounts() : parse_amounts(line.substr(blank + 1), ' ')});
  }
  return nodes;
}

std::string in_words(const Amounts& amounts) {
  std::string out;
  for (const auto& [name, amount] : std::map<std::string, double>(amounts.begin(), amounts.end())) {
    char number[32];
    std::snprintf(number, sizeof number, "%.6g", amount);
    out += (out.empty() ? "" : ", ") + name + " " + number;
  }
  return out.empty() ? "nothing" : out;
}

std::string why_infeasible(const Shape& shape, const std::vector<Node>& nodes) {
  const std::string there = "the cluster has " + std::to_string(nodes.size()) +
                            (nodes.size() == 1 ? " node: " : " nodes: ") + nodes_in_words(nodes);
  std::vector<Amounts> bundles = shape.bundles;
  bundles.insert(bundles.begin(), shape.resources);
  for (const Amounts& bundle : bundles) {
    if (!some_node_fits(bundle, nodes)) {
      return "no node can hold its " + in_words(bundle) + "; " + there +
             "; ask for less or add a node with `ray start --address=HEAD`";
    }
  }
  if (shape.strategy == "STRICT_PACK" && !some_node_fits(sum(bundles), nodes)) {
    return "no single node can hold its bundles, " + in_words(sum(bundles)) +
           " together, as STRICT_PACK demands; " + there + "; ask for less or use PACK";
  }
  if (shape.strategy == "STRICT_SPREAD" && bundles.size() > nodes.size()) {
    return "its " + std::to_string(bundles.size()) +
           " bundles must be on as many nodes, as STRICT_SPREAD demands; " + there +
           "; ask for fewer or use SPREAD";
  }
  std::vector<Amounts> all;
  for (const Node& node : nodes) {
    all.push_back(node.resources);
  }
  if (!fits(sum(bundles), sum(all))) {
    return "the whole cluster can't hold its bundles, " + in_words(sum(bundles)) + "; " + there +
           "; ask for less or add nodes";
  }
  return {};
}

}  // namespace luthier::ray_driver

#include "executors/ray/ray_shape.h"

#include <algorithm>
#include <cmath>

#include "base/failure.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "base/try.h"

namespace luthier {
namespace {

constexpr double kSlack = 1e-6;
constexpr std::size_t kNodesShown = 4;

// Of GPUs, Ray gives parts of one or whole ones.
void add(RayAmounts& all, const std::string& name, double amount) {
  if (amount > 0) {
    all[name] += name == "GPU" && amount > 1 ? std::ceil(amount - 1e-9) : amount;
  }
}

std::string ray_name(std::string_view name) {
  return name == "cpu" ? "CPU" : name == "gpu" ? "GPU" : std::string(name);
}

bool fits(const RayAmounts& wanted, const RayAmounts& there) {
  return std::ranges::all_of(wanted, [&](const auto& each) {
    const auto found = there.find(each.first);
    return found != there.end() && each.second <= found->second + kSlack;
  });
}

RayAmounts sum(const std::vector<RayAmounts>& all) {
  RayAmounts total;
  for (const RayAmounts& each : all) {
    for (const auto& [name, amount] : each) {
      total[name] += amount;
    }
  }
  return total;
}

Resources resources_of(const RayAmounts& amounts) {
  Resources out{.cpu = 0};
  for (const auto& [name, amount] : amounts) {
    if (name == "CPU") {
      out.cpu = amount;
    } else if (name == "GPU") {
      out.gpu = amount;
    } else if (name == "memory") {
      out.memory_bytes = static_cast<std::int64_t>(amount);
    } else {
      out.custom[name] = amount;
    }
  }
  return out;
}

std::string nodes_in_words(const std::vector<RayNode>& nodes) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(nodes.size(), kNodesShown); ++i) {
    shown.push_back(formatted("{} ({})", nodes[i].name, in_words(nodes[i].resources)));
  }
  return formatted("the cluster has {} {}: {}{}",
                   nodes.size(),
                   nodes.size() == 1 ? "node" : "nodes",
                   join(shown, "; "),
                   nodes.size() > kNodesShown ? " and others" : "");
}

bool some_node_fits(const RayAmounts& wanted, const std::vector<RayNode>& nodes) {
  return std::ranges::any_of(nodes,
                             [&](const RayNode& node) { return fits(wanted, node.resources); });
}

RayAmounts all_of(const std::vector<RayNode>& nodes) {
  std::vector<RayAmounts> all;
  for (const RayNode& node : nodes) {
    all.push_back(node.resources);
  }
  return sum(all);
}

}  // namespace

RayShape ray_shape(const Resources& claim, const RayOptions& options) {
  const auto slots = static_cast<double>(options.per_worker);
  RayShape shape{.slots = static_cast<std::size_t>(options.per_worker)};
  add(shape.resources, "CPU", claim.cpu * slots);
  add(shape.resources, "GPU", claim.gpu * slots);
  add(shape.resources, "memory", static_cast<double>(claim.memory_bytes) * slots);
  for (const auto& [name, value] : claim.custom) {
    add(shape.resources, name, value * slots);
  }
  if (!options.bundles.empty()) {
    shape.strategy = options.strategy;
    for (const auto& bundle : options.bundles) {
      shape.bundles.push_back(ray_bundle(bundle).value());
    }
  }
  return shape;
}

Result<RayAmounts> ray_bundle(const std::string& text) {
  RayAmounts out;
  for (const auto& part : split(text, '+')) {
    const auto colon = part.rfind(':');
    const auto number = colon == std::string::npos
                            ? std::nullopt
                            : parse_number(std::string_view(part).substr(colon + 1));
    if (colon == 0 || !number || !std::isfinite(*number) || *number <= 0) {
      return failure(
          ErrorCode::invalid_argument,
          "the bundle '{}' is not of the form NAME:AMOUNT+NAME:AMOUNT, such as cpu:1+gpu:0.5",
          text);
    }
    add(out, ray_name(trim(std::string_view(part).substr(0, colon))), *number);
  }
  return out;
}

Resources ray_bundles(const RayOptions& options) {
  std::vector<RayAmounts> all;
  for (const auto& bundle : options.bundles) {
    all.push_back(ray_bundle(bundle).value());
  }
  return resources_of(sum(all));
}

Resources ray_inventory(const std::vector<RayNode>& nodes) {
  return resources_of(all_of(nodes));
}

std::string in_words(const RayAmounts& amounts) {
  std::vector<std::string> out;
  for (const auto& [name, amount] : amounts) {
    out.push_back(formatted("{} {}", name, short_number(amount)));
  }
  return out.empty() ? "nothing" : join(out, ", ");
}

std::string why_infeasible(const RayShape& shape, const std::vector<RayNode>& nodes) {
  std::vector<RayAmounts> bundles = shape.bundles;
  bundles.insert(bundles.begin(), shape.resources);
  const auto bad = std::ranges::find_if_not(
      bundles, [&](const RayAmounts& bundle) { return some_node_fits(bundle, nodes); });
  const std::string there = nodes_in_words(nodes);
  if (bad != bundles.end()) {
    return formatted(
        "no node can hold its {}; {}; ask for less or add a node with `ray start --address=HEAD`",
        in_words(*bad),
        there);
  }
  const RayAmounts together = sum(bundles);
  if (shape.strategy == "STRICT_PACK" && !some_node_fits(together, nodes)) {
    return formatted(
        "no single node can hold its bundles, {} together, as STRICT_PACK demands; {}; ask for "
        "less or use PACK",
        in_words(together),
        there);
  }
  if (shape.strategy == "STRICT_SPREAD" && bundles.size() > nodes.size()) {
    return formatted(
        "its {} bundles must be on as many nodes, as STRICT_SPREAD demands; {}; ask for fewer or "
        "use SPREAD",
        bundles.size(),
        there);
  }
  if (!fits(together, all_of(nodes))) {
    return formatted("the whole cluster can't hold its bundles, {}; {}; ask for less or add nodes",
                     in_words(together),
                     there);
  }
  return {};
}

}  // namespace luthier

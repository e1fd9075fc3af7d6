#include "executors/ray/ray_shape.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace luthier {
namespace {

std::string amount(const std::string& name, double value) {
  const double rounded = value > 1 ? std::ceil(value - 1e-9) : value;
  return name + "=" + format_number(rounded);
}

void add(std::string& all, const std::string& name, double value) {
  if (value > 0) {
    all += (all.empty() ? "" : ",") + amount(name, value);
  }
}

std::string ray_name(std::string_view name) {
  return name == "cpu" ? "CPU" : name == "gpu" ? "GPU" : std::string(name);
}

}  // namespace

std::string ray_shape(const Resources& claim, const RayOptions& options) {
  const auto slots = static_cast<double>(options.per_worker);
  std::string resources;
  add(resources, "CPU", claim.cpu * slots);
  add(resources, "GPU", claim.gpu * slots);
  add(resources, "memory", static_cast<double>(claim.memory_bytes) * slots);
  for (const auto& [name, value] : claim.custom) {
    add(resources, name, value * slots);
  }
  std::string shape = "resources=" + resources + "\nslots=" + std::to_string(options.per_worker) +
                      "\nlanguage=" + (options.library.empty() ? "python" : "cpp") + "\n";
  if (!options.bundles.empty()) {
    shape += "strategy=" + options.strategy + "\n";
    for (const auto& bundle : options.bundles) {
      shape += "bundle=" + ray_bundle(bundle).value() + "\n";
    }
  }
  return shape;
}

Result<std::string> ray_bundle(const std::string& text) {
  std::string out;
  for (const auto& part : split(text, '+')) {
    const auto colon = part.rfind(':');
    const auto number = colon == std::string::npos
                            ? std::nullopt
                            : parse_number(std::string_view(part).substr(colon + 1));
    if (colon == 0 || !number || !std::isfinite(*number) || *number <= 0) {
      return Error{ErrorCode::invalid_argument,
                   "the bundle '" + text +
                       "' is not of the form NAME:AMOUNT+NAME:AMOUNT, such as cpu:1+gpu:0.5"};
    }
    add(out, ray_name(trim(std::string_view(part).substr(0, colon))), *number);
  }
  return out;
}

Resources ray_inventory(const std::string& description) {
  Resources total{.cpu = 0};
  for (const auto& line : split(description, '\n')) {
    for (const auto& word : split(line, ' ')) {
      const auto equals = word.rfind('=');
      const auto number = equals == std::string::npos
                              ? std::nullopt
                              : parse_number(std::string_view(word).substr(equals + 1));
      if (!number) {
        continue;
      }
      const std::string name = word.substr(0, equals);
      if (name == "CPU") {
        total.cpu += *number;
      } else if (name == "GPU") {
        total.gpu += *number;
      } else if (name == "memory") {
        total.memory_bytes += static_cast<std::int64_t>(*number);
      } else {
        total.custom[name] += *number;
      }
    }
  }
  return total;
}

Resources ray_bundles(const RayOptions& options) {
  std::string all;
  for (const auto& bundle : options.bundles) {
    all += ray_bundle(bundle).value() + ",";
  }
  std::ranges::replace(all, ',', ' ');
  return ray_inventory(all);
}

std::string ray_refusal(const std::string& address, const std::string& last_words) {
  const auto has = [&](const char* word) { return last_words.find(word) != std::string::npos; };
  if (has("uthenticat") || has("token") || has("Token")) {
    return "the Ray cluster at " + address +
           " refused the authentication token; set RAY_AUTH_MODE=token and put the cluster's token "
           "into RAY_AUTH_TOKEN or ~/.ray/auth_token";
  }
  return "the Ray cluster at " + address + " can't be used" +
         (last_words.empty() ? "" : ": " + last_words) +
         "; check with `ray status --address=" + address + "`";
}

}  // namespace luthier

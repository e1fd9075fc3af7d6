#include "order.h"

#include <unistd.h>

#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

namespace luthier::ray_driver {
namespace {

// Ray tells its workers their node's address in an argument.
std::string node_address() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string words((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const char* name : {"--ray_node_ip_address=", "--node-ip-address=", "--node_ip_address="}) {
    const std::size_t found = words.find(name);
    if (found != std::string::npos) {
      const std::size_t begin = found + std::char_traits<char>::length(name);
      return words.substr(begin, words.find('\0', begin) - begin);
    }
  }
  return {};
}

}  // namespace

std::string text_in_order(const std::string& order, const std::string& key) {
  const auto parsed = nlohmann::json::parse(order, nullptr, false);
  const auto found = parsed.is_object() ? parsed.find(key) : parsed.end();
  return parsed.is_object() && found != parsed.end() && found->is_string()
             ? found->get<std::string>()
             : std::string();
}

std::string with_text(const std::string& order, const std::string& key, const std::string& text) {
  return text.empty() || order.empty() ? order
                                       : "{" + nlohmann::json(key).dump() + ": " +
                                             nlohmann::json(text).dump() + ", " + order.substr(1);
}

std::string place_as_json() {
  return nlohmann::json{{"node", node_address()}, {"pid", getpid()}}.dump();
}

}  // namespace luthier::ray_driver

#include "cli/points_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "core/json.h"

namespace luthier::cli {
namespace {

// False when a value is an object inside a list.
bool flatten(const Json& object, const std::string& prefix, Config& config) {
  for (const auto& [key, value] : object.members) {
    if (value.kind == Json::Kind::object) {
      if (!flatten(value, prefix + key + ".", config)) {
        return false;
      }
    } else if (auto plain = value.to_value()) {
      config.set(prefix + key, std::move(*plain));
    } else {
      return false;
    }
  }
  return true;
}

Error not_points(const std::string& where) {
  return {ErrorCode::invalid_argument,
          where + " is not an object of parameters, such as {\"lr\": 0.1, \"batch\": 32}"};
}

Result<> add_point(const Json& json, const std::string& where, std::vector<Config>& points) {
  Config config;
  if (json.kind != Json::Kind::object || !flatten(json, "", config)) {
    return not_points(where);
  }
  points.push_back(std::move(config));
  return {};
}

Result<std::vector<Config>> from_list(const Json& list, const std::string& path) {
  std::vector<Config> points;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const std::string where = path + ": item " + std::to_string(i + 1);
    if (const auto added = add_point(list.items[i], where, points); !added) {
      return added.error();
    }
  }
  return points;
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return Error{ErrorCode::invalid_argument, path + " is a directory; name a file"};
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf()))) {
    return Error{ErrorCode::not_found, "can't read " + path + ": " + std::strerror(errno)};
  }
  return text.str();
}

Result<std::vector<Config>> read_points(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) {
    return text.error();
  }
  if (trim(*text).starts_with('[')) {
    const auto list = parse_json(*text);
    return list ? from_list(*list, path)
                : Error{ErrorCode::invalid_argument, path + ": " + list.error().message};
  }
  std::vector<Config> points;
  std::size_t number = 0;
  for (const auto& line : split(*text, '\n')) {
    ++number;
    if (trim(line).empty()) {
      continue;
    }
    const std::string where = path + ", line " + std::to_string(number);
    const auto json = parse_json(line);
    if (!json) {
      return Error{ErrorCode::invalid_argument, where + ": " + json.error().message};
    }
    if (const auto added = add_point(*json, where, points); !added) {
      return added.error();
    }
  }
  if (points.empty()) {
    return Error{ErrorCode::invalid_argument, path + " holds no configuration"};
  }
  return points;
}

}  // namespace luthier::cli

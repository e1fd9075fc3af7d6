#include "cli/options/points_file.h"

namespace luthier::cli {
namespace {

Error not_points(const std::string& where) {
  return {ErrorCode::invalid_argument,
          where + " is not an object of parameters, such as {\"lr\": 0.1, \"batch\": 32}"};
}

Result<> add_point(const Json& json, const std::string& where, std::vector<Config>& points) {
  const Json* config = json.kind == Json::Kind::object ? json.find("config") : nullptr;
  const bool record = config != nullptr && config->kind == Json::Kind::object;
  auto point = flattened(record ? *config : json);
  if (!point) {
    return not_points(where);
  }
  points.push_back(std::move(*point));
  return {};
}

}  // namespace

Result<std::vector<Config>> read_points(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) {
    return text.error();
  }
  std::vector<Config> points;
  const auto read = for_each_json(path, *text, [&](const Json& json, const std::string& where) {
    return add_point(json, where, points);
  });
  if (!read) {
    return read.error();
  }
  if (points.empty()) {
    return Error{ErrorCode::invalid_argument, path + " holds no configuration"};
  }
  return points;
}

}  // namespace luthier::cli

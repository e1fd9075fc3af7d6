#include "cli/output/json_objects.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"

namespace luthier::cli {
namespace {

// False when a value is an object inside a list.
bool flatten(const Json& object, const std::string& prefix, NamedValues& values) {
  for (const auto& [key, value] : object.members) {
    if (value.kind == Json::Kind::object) {
      if (!flatten(value, formatted("{}{}.", prefix, key), values)) {
        return false;
      }
    } else if (auto plain = value.to_value()) {
      values.set(prefix + key, std::move(*plain));
    } else {
      return false;
    }
  }
  return true;
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
    return failure(ErrorCode::not_found, "can't read {}: {}", path, std::strerror(errno));
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::string all = text.str();
  return all.starts_with(kByteOrderMark) ? all.substr(kByteOrderMark.size()) : all;
}

std::optional<NamedValues> flattened(const Json& object) {
  NamedValues values;
  if (object.kind != Json::Kind::object || !flatten(object, "", values)) {
    return std::nullopt;
  }
  return values;
}

Result<> for_each_json(
    const std::string& path,
    const std::string& text,
    const std::function<Result<>(const Json& json, const std::string& where)>& take) {
  if (trim(text).starts_with('[')) {
    const auto list = parse_json(text);
    if (!list) {
      return failure(ErrorCode::invalid_argument, "{}: {}", path, list.error().message);
    }
    Result<> taken;
    for (std::size_t i = 0; i < list->items.size() && taken; ++i) {
      taken = take(list->items[i], formatted("{}: item {}", path, i + 1));
    }
    return taken;
  }
  std::size_t number = 0;
  for (const auto& line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) {
      continue;
    }
    const std::string where = formatted("{}, line {}", path, number);
    const auto json = parse_json(line);
    if (!json) {
      return failure(ErrorCode::invalid_argument, "{}: {}", where, json.error().message);
    }
    if (const auto taken = take(*json, where); !taken) {
      return taken;
    }
  }
  return {};
}

}  // namespace luthier::cli

#include "service/http/request_target.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"

namespace luthier {
namespace {

int digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

Error wrong(std::string_view sentence) {
  return {ErrorCode::invalid_argument, std::string(sentence)};
}

bool is_name(const std::string& segment) {
  return !segment.empty() && segment != "." && segment != ".." &&
         segment.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

}  // namespace

const std::string* RequestTarget::find(std::string_view name) const {
  for (const auto& [key, value] : query | std::views::reverse) {
    if (key == name) {
      return &value;
    }
  }
  return nullptr;
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += plus_is_blank && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) {
      return std::nullopt;
    }
    out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return out;
}

Result<RequestTarget> parse_target(std::string_view target) {
  if (!target.starts_with('/') || target.find('#') != std::string_view::npos) {
    return wrong("the target of a request is a path that begins with '/'");
  }
  RequestTarget parsed;
  const auto mark = target.find('?');
  const auto path = target.substr(1, mark == std::string_view::npos ? mark : mark - 1);
  for (const auto& part : path.empty() ? std::vector<std::string>() : split(path, '/')) {
    auto segment = decoded(part, false);
    if (!segment || !is_name(*segment)) {
      return wrong("the path of this request has a part that is no name");
    }
    parsed.segments.push_back(*std::move(segment));
  }
  const auto query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  for (const auto& part : query.empty() ? std::vector<std::string>() : split(query, '&')) {
    const auto equals = part.find('=');
    auto name = decoded(std::string_view(part).substr(0, equals), true);
    auto value = equals == std::string::npos
                     ? std::optional<std::string>("")
                     : decoded(std::string_view(part).substr(equals + 1), true);
    if (!name || !value) {
      return wrong("the query of this request has a wrong escape; '%' itself is '%25'");
    }
    parsed.query.emplace_back(*std::move(name), *std::move(value));
  }
  return parsed;
}

}  // namespace luthier

#include "service/http/request_body.h"

#include <algorithm>
#include <cctype>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"

namespace luthier {
namespace {

constexpr std::size_t kLongestId = 64;

}  // namespace

Result<Json> body_of(const ApiRequest& request, std::vector<std::string> known) {
  if (request.http.body.empty()) {
    return Json{.kind = Json::Kind::object};
  }
  LUTHIER_TAKE(auto body, parse_json(request.http.body));
  if (body.kind != Json::Kind::object) {
    return Error{ErrorCode::invalid_argument, "the body must be a JSON object"};
  }
  known.emplace_back("id");
  for (const auto& [name, member] : body.members) {
    if (std::ranges::find(known, name) == known.end()) {
      return Error{ErrorCode::invalid_argument, unknown_name("member", to_utf8(name), known)};
    }
  }
  return body;
}

Result<std::string> id_of(const Json& body) {
  const Json* member = body.find("id");
  if (member == nullptr) {
    return std::string();
  }
  const std::string* id = member->value.text();
  const bool plain = id != nullptr && !id->empty() && id->size() <= kLongestId &&
                     std::ranges::all_of(*id, [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '-' || c == '_';
                     });
  if (!plain) {
    return failure(ErrorCode::invalid_argument,
                   "id must be a text of at most {} letters, digits, '-' and '_'",
                   kLongestId);
  }
  return *id;
}

bool names_trial(const ApiRequest& request) {
  return request.target.segments.size() == 7;  // api v1 experiments NAME trials TRIAL ACTION
}

}  // namespace luthier

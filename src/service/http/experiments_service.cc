#include "service/http/experiments_service.h"

#include <algorithm>
#include <cctype>
#include <fstream>

#include "base/failure.h"
#include "base/text.h"
#include "service/http/live_events.h"
#include "service/http/web_assets.h"

namespace luthier {
namespace {

constexpr std::size_t kShortestToken = 22;  // 128 bits, six to a character

HttpResponse file_response(std::string_view name) {
  const auto asset = web_asset(name);
  if (!asset) {
    return refusal(404, "there is no page of that name; '/' shows the experiments");
  }
  return {.type = std::string(asset->type),
          .body = std::string(asset->bytes),
          .headers = {{"Cache-Control", "no-cache"}}};
}

HttpResponse page(const HttpRequest& request, const RequestTarget& target) {
  if (request.method != "GET" && request.method != "HEAD") {
    HttpResponse response = refusal(405, "pages can be asked for with GET only");
    response.headers.emplace_back("Allow", "GET");
    return response;
  }
  const auto& segments = target.segments;
  if (segments.size() == 1 && segments[0] == "healthz") {
    return {.body = "{\"ok\": true}\n"};
  }
  const bool asset = segments.size() == 2 && segments[0] == "assets";
  return file_response(segments.empty() ? "index.html" : asset ? segments[1] : "");
}

}  // namespace

HttpResponse ExperimentsService::answer(const HttpRequest& request, bool own) {
  if (auto kept_out = keep_out(rules_, request, own)) {
    return *std::move(kept_out);
  }
  const auto target = parse_target(request.target);
  if (!target) {
    return refusal(target.error());
  }
  const bool api = !target->segments.empty() && target->segments[0] == "api";
  return api ? api_.answer(request, *target) : page(request, *target);
}

LiveNews ExperimentsService::news(const LiveStream& stream) {
  return live_news(stream);
}

Result<std::string> read_token(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  if (!std::getline(stream, line)) {
    return failure(ErrorCode::invalid_argument,
                   "can't read a token from {}: it is absent or empty; its first line is the token",
                   file.string());
  }
  const std::string token(trim(line));
  const bool plain = std::ranges::all_of(
      token, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
  if (!plain || token.size() < kShortestToken) {
    return failure(ErrorCode::invalid_argument,
                   "the token in {} must have at least {} letters, digits, '-' or '_', such as "
                   "those that `openssl rand -hex 20` prints",
                   file.string(),
                   kShortestToken);
  }
  return token;
}

}  // namespace luthier

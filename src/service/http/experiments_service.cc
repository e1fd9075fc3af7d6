#include "service/http/experiments_service.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <span>

#include "base/failure.h"
#include "base/text.h"
#include "service/http/compressed.h"
#include "service/http/live_events.h"
#include "service/http/web_assets.h"

namespace luthier {
namespace {

constexpr std::size_t kShortestToken = 22;  // 128 bits, six to a character

HttpResponse file_response(const HttpRequest& request, std::string_view name) {
  const auto asset = web_asset(name);
  if (!asset) {
    return refusal(404, "there is no page of that name; '/' shows the experiments");
  }
  HttpResponse response{.type = std::string(asset->type),
                        .headers = {{"Cache-Control", "no-cache"}, {"Vary", "Accept-Encoding"}}};
  if (takes_gzip(request)) {
    response.body = gzipped(asset->bytes);
    response.headers.emplace_back("Content-Encoding", "gzip");
  } else {
    response.body = asset->bytes;
  }
  return response;
}

// The file of web/ that a path asks for; empty: none.
std::string_view page_name(std::span<const std::string> segments) {
  if (segments.empty()) {
    return "index.html";
  }
  if (segments.size() == 1 && segments[0] == "favicon.ico") {
    return "icon.svg";  // browsers ask for it unbidden
  }
  return segments.size() == 2 && segments[0] == "assets" ? segments[1] : std::string_view();
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
  return file_response(request, page_name(segments));
}

}  // namespace

HttpResponse ExperimentsService::answer(const HttpRequest& request, bool own) {
  auto admitted = let_in(rules_, request, own);
  if (auto* kept_out = std::get_if<HttpResponse>(&admitted)) {
    return std::move(*kept_out);
  }
  const auto target = parse_target(request.target);
  if (!target) {
    return refusal(target.error());
  }
  const bool api = !target->segments.empty() && target->segments[0] == "api";
  return api ? api_.answer(request, *target, std::get<Visitor>(admitted)) : page(request, *target);
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

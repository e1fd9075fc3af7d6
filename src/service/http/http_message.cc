#include "service/http/http_message.h"

#include <algorithm>

#include "base/format.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

// No page of another site may show, read or frame anything; no script or style but our own files
// runs, and none is made of text.
constexpr std::string_view kAlways =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src "
    "'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 303:
      return "See Other";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return 400;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::already_exists:
      return 409;
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::corruption:
    case ErrorCode::io:
      break;
  }
  return 500;
}

bool names(const HttpResponse& response, std::string_view header) {
  return std::ranges::any_of(response.headers,
                             [&](const auto& each) { return each.first == header; });
}

}  // namespace

const std::string* HttpRequest::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return count(name) == 1 ? &found->second : nullptr;
}

std::size_t HttpRequest::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count(headers, name, &std::pair<std::string, std::string>::first));
}

HttpResponse refusal(int status, std::string_view sentence) {
  HttpResponse response{.status = status};
  JsonWriter(response.body).object().field("error", sentence).field("status", status).end();
  response.body += "\n";
  return response;
}

HttpResponse refusal(const Error& error) {
  return refusal(status_of(error.code), error.message);
}

std::string to_bytes(const HttpResponse& response, bool closing, bool head) {
  std::string out =
      formatted("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  out += kAlways;
  out += formatted("Content-Type: {}\r\n", response.type);
  for (const auto& [name, value] : response.headers) {
    out += formatted("{}: {}\r\n", name, value);
  }
  if (!names(response, "Cache-Control")) {
    out += "Cache-Control: no-store\r\n";
  }
  if (!response.live) {
    out += formatted("Content-Length: {}\r\n", response.body.size());
  }
  out += closing || response.live ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n";
  return head ? out : out + response.body;
}

}  // namespace luthier

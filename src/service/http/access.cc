#include "service/http/access.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "base/failure.h"
#include "base/format.h"
#include "base/listening_socket.h"
#include "base/secret.h"
#include "base/text.h"
#include "service/http/request_target.h"

namespace luthier {
namespace {

constexpr std::string_view kRequestHeader = "x-luthier";

// With the square brackets of an IPv6 address.
bool is_address(std::string_view host) {
  const bool six = host.starts_with('[') && host.ends_with(']');
  const std::string text(six ? host.substr(1, host.size() - 2) : host);
  return is_ip_address(text) && six == (text.find(':') != std::string::npos);
}

std::string_view without_scheme(std::string_view url) {
  const auto end = url.find("://");
  return end == std::string_view::npos ? std::string_view() : url.substr(end + 3);
}

bool is_proxys(const AccessRules& rules, std::string_view host) {
  return !rules.url.empty() && host == without_scheme(rules.url);
}

// Where the pages that a browser shows from this host come from.
std::string own_origin(const AccessRules& rules, const std::string& host) {
  return is_proxys(rules, host) ? rules.url : "http://" + host;
}

// A name that a stranger's server answers for can be made to lead here (DNS rebinding), so that
// only names and addresses that are ours may stand in Host. An address can't be rebound.
bool is_our_host(const AccessRules& rules, std::string_view host) {
  if (is_proxys(rules, host)) {
    return true;
  }
  const std::string port = ":" + std::to_string(rules.port);
  if (!host.ends_with(port)) {
    return false;
  }
  host.remove_suffix(port.size());
  if (rules.loopback()) {
    return host == "127.0.0.1" || host == "localhost" || host == "[::1]" ||
           host == in_brackets(rules.address);
  }
  const bool everywhere = rules.address == "0.0.0.0" || rules.address == "::";
  return host == in_brackets(rules.address) || host == "localhost" ||
         (!rules.host_name.empty() && host == rules.host_name) || (everywhere && is_address(host));
}

std::optional<HttpResponse> check_host(const AccessRules& rules, const HttpRequest& request) {
  const std::string* host = request.header("host");
  if (host == nullptr || !is_our_host(rules, *host)) {
    return refusal(421,
                   formatted("this service does not answer for that host; ask for "
                             "http://{}:{}/",
                             in_brackets(rules.address),
                             rules.port));
  }
  return std::nullopt;
}

bool changes(const HttpRequest& request) {
  return request.method != "GET" && request.method != "HEAD";
}

std::optional<HttpResponse> check_origin(const AccessRules& rules, const HttpRequest& request) {
  const std::string* origin = request.header("origin");
  const std::string* host = request.header("host");
  if (request.count("origin") > 0 && (origin == nullptr || *origin != own_origin(rules, *host))) {
    return refusal(403, "this request comes from a page of another site");
  }
  const std::string* site = request.header("sec-fetch-site");
  const std::string* mode = request.header("sec-fetch-mode");
  const bool followed_link = !changes(request) && mode != nullptr && *mode == "navigate";
  if (site != nullptr && *site != "same-origin" && *site != "none" && !followed_link) {
    return refusal(403, "this request comes from a page of another site");
  }
  return std::nullopt;
}

// A page of another site can't set this header without asking first, which is refused.
std::optional<HttpResponse> check_intent(const HttpRequest& request) {
  const std::string* header = request.header(kRequestHeader);
  if (changes(request) && (header == nullptr || *header != "1")) {
    return refusal(403, "a request that changes an experiment needs the header 'X-Luthier: 1'");
  }
  const std::string* type = request.header("content-type");
  if (!request.body.empty() && (type == nullptr || !type->starts_with("application/json"))) {
    return refusal(415, "the body must be JSON, with 'Content-Type: application/json'");
  }
  return std::nullopt;
}

std::optional<std::string> cookie(const HttpRequest& request, const std::string& name) {
  const std::string* all = request.header("cookie");
  for (const auto& part : all ? split(*all, ';') : std::vector<std::string>()) {
    const auto pair = trim(part);
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return std::string(pair.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

// What a token lets its bearer do.
std::optional<Role> role_of(const AccessRules& rules, std::string_view token) {
  if (same_secret(token, rules.token)) {
    return Role::operates;
  }
  return same_secret(token, rules.viewer_token) ? std::optional(Role::views) : std::nullopt;
}

std::optional<Role> role_of(const AccessRules& rules, const HttpRequest& request) {
  constexpr std::string_view kBearer = "Bearer ";
  const std::string* header = request.header("authorization");
  if (header != nullptr && header->starts_with(kBearer)) {
    return role_of(rules, std::string_view(*header).substr(kBearer.size()));
  }
  const auto kept = cookie(request, cookie_name(rules.port));
  return kept ? role_of(rules, *kept) : std::nullopt;
}

// The address that `serve` prints has the token in it. The browser is sent on to the same place
// without it, and keeps it where no script can read it.
std::optional<HttpResponse> exchange_token(const AccessRules& rules, const HttpRequest& request) {
  const auto target = parse_target(request.target);
  const std::string* token = target ? target->find("token") : nullptr;
  if (token == nullptr || changes(request) || !role_of(rules, *token)) {
    return std::nullopt;
  }
  HttpResponse response{.status = 303, .type = "text/plain; charset=utf-8"};
  const std::string path = request.target.substr(0, request.target.find('?'));
  const bool encrypted =
      is_proxys(rules, *request.header("host")) && rules.url.starts_with("https:");
  // "//host" would lead elsewhere; parse_target() takes no such path.
  response.headers = {{"Location", path},
                      {"Set-Cookie",
                       formatted("{}={}; Path=/; HttpOnly; SameSite=Strict{}",
                                 cookie_name(rules.port),
                                 *token,
                                 encrypted ? "; Secure" : "")}};
  return response;
}

bool is_health(const HttpRequest& request) {
  return request.target == "/healthz" && !changes(request);
}

}  // namespace

std::string_view to_text(Role role) {
  return role == Role::operates ? "operator" : "viewer";
}

bool may(Role role, Role needed) {
  return role == Role::operates || needed == Role::views;
}

bool AccessRules::loopback() const {
  return address.starts_with("127.") || address == "::1";
}

Result<std::string> checked_url(std::string_view text) {
  std::string url(text.substr(0, text.size() - (text.ends_with('/') ? 1 : 0)));
  std::ranges::transform(url, url.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::string_view host = without_scheme(url);
  const bool plain = std::ranges::all_of(host, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-._:[]").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if ((!url.starts_with("http://") && !url.starts_with("https://")) || host.empty() || !plain) {
    return failure(
        ErrorCode::invalid_argument,
        "'{}' is no address of a proxy; give its scheme and host without a path, such as "
        "https://tune.example.org",
        to_utf8(text));
  }
  return url;
}

std::string cookie_name(int port) {
  return "luthier_" + std::to_string(port);
}

std::variant<HttpResponse, Visitor> let_in(const AccessRules& rules,
                                           const HttpRequest& request,
                                           bool own) {
  if (auto response = check_host(rules, request)) {
    return *std::move(response);
  }
  if (auto response = check_origin(rules, request)) {
    return *std::move(response);
  }
  if (is_health(request)) {
    return Visitor{Role::views};
  }
  if (auto response = exchange_token(rules, request)) {
    return *std::move(response);
  }
  const bool trusted =
      own && rules.own_processes_are_trusted && rules.loopback() && rules.url.empty();
  const auto role = trusted ? std::optional(Role::operates) : role_of(rules, request);
  if (!role) {
    return refusal(401,
                   "a token is needed: open the address that 'luthier serve' printed, or send "
                   "'Authorization: Bearer TOKEN'");
  }
  if (auto response = check_intent(request)) {
    return *std::move(response);
  }
  return Visitor{*role, trusted};
}

}  // namespace luthier

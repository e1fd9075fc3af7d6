// Who is let in: by Host, Origin, token and intent, each in every combination that matters.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
#include <variant>

#include <gtest/gtest.h>

#include "base/file_descriptor.h"
#include "service/http/access.h"
#include "service/http/peer_process.h"

namespace luthier {
namespace {

const std::string kToken = "0123456789abcdef0123456789abcdef";

AccessRules local_rules() {
  return {.address = "127.0.0.1", .port = 7420, .token = kToken};
}

HttpRequest get(std::vector<std::pair<std::string, std::string>> headers,
                const std::string& target = "/api/v1/experiments") {
  return {.method = "GET", .target = target, .headers = std::move(headers)};
}

std::optional<HttpResponse> kept_out(const AccessRules& rules,
                                     const HttpRequest& request,
                                     bool own) {
  const auto admitted = let_in(rules, request, own);
  const auto* response = std::get_if<HttpResponse>(&admitted);
  return response == nullptr ? std::nullopt : std::optional(*response);
}

int status(const AccessRules& rules, const HttpRequest& request, bool own = true) {
  const auto response = kept_out(rules, request, own);
  return response ? response->status : 200;
}

// "operator" or "viewer"; empty: kept out.
std::string role(const AccessRules& rules, const HttpRequest& request, bool own = false) {
  const auto admitted = let_in(rules, request, own);
  const auto* visitor = std::get_if<Visitor>(&admitted);
  return visitor == nullptr ? "" : std::string(to_text(visitor->role));
}

TEST(Access, AnswersForItsOwnHostsOnly) {
  for (const std::string host : {"127.0.0.1:7420", "localhost:7420", "[::1]:7420"}) {
    EXPECT_EQ(status(local_rules(), get({{"host", host}})), 200) << host;
  }
  for (const std::string host : {"evil.example:7420",
                                 "evil.example",
                                 "localhost",
                                 "127.0.0.1",
                                 "127.0.0.1:80",
                                 "localhost.:7420",
                                 "localhost:74200",
                                 "127.0.0.1:7420:7420",
                                 "127.0.0.1.evil.example:7420",
                                 "127.0.0.2:7420",
                                 "0x7f000001:7420",
                                 "2130706433:7420",
                                 "localhost@evil.example:7420",
                                 "a:b@localhost:7420",
                                 "LOCALHOST.evil:7420",
                                 "[::ffff:127.0.0.1]:7420",
                                 "::1:7420",
                                 " localhost:7420",
                                 "",
                                 ":7420",
                                 "localhost:7420/",
                                 "localhost:+7420",
                                 "localhost:07420",
                                 "192.168.0.1:7420",
                                 "0.0.0.0:7420"}) {
    for (const std::string target : {"/",
                                     "/healthz",
                                     "/api/v1/experiments",
                                     "/assets/app.js",
                                     "/api/v1/experiments/a/events"}) {
      EXPECT_EQ(status(local_rules(), get({{"host", host}}, target)), 421) << host << target;
    }
  }
  EXPECT_EQ(status(local_rules(), get({})), 421);
  EXPECT_EQ(status(local_rules(), get({{"host", "localhost:7420"}, {"host", "localhost:7420"}})),
            421);
}

TEST(Access, EverywhereAnAddressMayBeNamedButNoStrangersName) {
  AccessRules rules = local_rules();
  rules.address = "0.0.0.0";
  rules.host_name = "lab";
  const std::pair<std::string, std::string> token{"authorization", "Bearer " + kToken};
  for (const std::string host : {"192.168.0.7:7420", "lab:7420", "[fe80::1]:7420"}) {
    EXPECT_EQ(status(rules, get({{"host", host}, token})), 200) << host;
  }
  EXPECT_EQ(status(rules, get({{"host", "evil.example:7420"}, token})), 421);
}

TEST(Access, OwnProcessesNeedNoTokenOnThisMachine) {
  const auto request = get({{"host", "localhost:7420"}});
  EXPECT_EQ(status(local_rules(), request, true), 200);
  EXPECT_EQ(status(local_rules(), request, false), 401);
  AccessRules rules = local_rules();
  rules.own_processes_are_trusted = false;
  EXPECT_EQ(status(rules, request, true), 401);
  rules = local_rules();
  rules.address = "0.0.0.0";
  EXPECT_EQ(status(rules, request, true), 401);
  EXPECT_EQ(status(rules, get({{"host", "localhost:7420"}}, "/healthz"), false), 200);
}

TEST(Access, ATokenMustBeTheToken) {
  const auto with = [](const std::string& name, const std::string& value) {
    return get({{"host", "localhost:7420"}, {name, value}});
  };
  EXPECT_EQ(status(local_rules(), with("authorization", "Bearer " + kToken), false), 200);
  EXPECT_EQ(status(local_rules(), with("cookie", "a=b; luthier_7420=" + kToken), false), 200);
  for (const std::string wrong : {"Bearer ", "Bearer x", "Basic x", ""}) {
    EXPECT_EQ(status(local_rules(), with("authorization", wrong), false), 401) << wrong;
  }
  EXPECT_EQ(status(local_rules(), with("authorization", "Bearer " + kToken + "0"), false), 401);
  EXPECT_EQ(status(local_rules(), with("cookie", "luthier_7421=" + kToken), false), 401);
  AccessRules none = local_rules();
  none.token.clear();
  EXPECT_EQ(status(none, with("authorization", "Bearer "), false), 401);
}

TEST(Access, ATokenSaysWhatItsBearerMayDo) {
  const std::string viewers = "fedcba9876543210fedcba9876543210";
  AccessRules rules = local_rules();
  rules.viewer_token = viewers;
  const auto with = [](const std::string& name, const std::string& value) {
    return get({{"host", "localhost:7420"}, {name, value}});
  };
  EXPECT_EQ(role(rules, with("authorization", "Bearer " + kToken)), "operator");
  EXPECT_EQ(role(rules, with("authorization", "Bearer " + viewers)), "viewer");
  EXPECT_EQ(role(rules, with("cookie", "luthier_7420=" + kToken)), "operator");
  EXPECT_EQ(role(rules, with("cookie", "luthier_7420=" + viewers)), "viewer");
  EXPECT_EQ(role(rules, with("authorization", "Bearer " + viewers + "0")), "");
  EXPECT_EQ(role(local_rules(), with("authorization", "Bearer " + viewers)), "");
  EXPECT_EQ(role(local_rules(), with("authorization", "Bearer ")), "");
  // Whoever serves operates, also after a look at what viewers see.
  EXPECT_EQ(role(rules, with("cookie", "luthier_7420=" + viewers), true), "operator");
  const auto response =
      kept_out(rules, get({{"host", "localhost:7420"}}, "/?token=" + viewers), false);
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->headers[1].second.starts_with("luthier_7420=" + viewers + ";"));
}

TEST(Access, ATokenInTheAddressBecomesACookieAndIsTakenOffIt) {
  const auto request = get({{"host", "localhost:7420"}}, "/?token=" + kToken);
  const auto response = kept_out(local_rules(), request, false);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 303);
  EXPECT_EQ(response->headers[0], (std::pair<std::string, std::string>{"Location", "/"}));
  EXPECT_EQ(response->headers[1].second,
            "luthier_7420=" + kToken + "; Path=/; HttpOnly; SameSite=Strict");
  EXPECT_EQ(status(local_rules(), get({{"host", "localhost:7420"}}, "/?token=wrong"), false), 401);
  EXPECT_EQ(
      status(local_rules(), get({{"host", "localhost:7420"}}, "//evil/?token=" + kToken), false),
      401);
}

AccessRules rules_behind_a_proxy() {
  AccessRules rules = local_rules();
  rules.url = "https://tune.example.org";
  return rules;
}

// The proxy may be a process of the same user or of root, and lets strangers through.
TEST(Access, BehindAProxyItsHostIsOursAndEveryoneNeedsTheToken) {
  const std::pair<std::string, std::string> token{"authorization", "Bearer " + kToken};
  const AccessRules rules = rules_behind_a_proxy();
  for (const std::string host : {"tune.example.org", "localhost:7420"}) {
    EXPECT_EQ(status(rules, get({{"host", host}}), true), 401) << host;
    EXPECT_EQ(status(rules, get({{"host", host}, token}), true), 200) << host;
  }
  for (const std::string host :
       {"evil.example", "tune.example.org:7420", "tune.example.org.evil.example", ""}) {
    EXPECT_EQ(status(rules, get({{"host", host}, token})), 421) << host;
  }
  EXPECT_EQ(status(local_rules(), get({{"host", "tune.example.org"}, token})), 421);
}

TEST(Access, BehindAProxyPagesComeFromItsAddress) {
  const auto from = [](const std::string& host, const std::string& origin) {
    HttpRequest request = get({{"host", host},
                               {"origin", origin},
                               {"authorization", "Bearer " + kToken},
                               {"x-luthier", "1"}});
    request.method = "POST";
    return status(rules_behind_a_proxy(), request);
  };
  EXPECT_EQ(from("tune.example.org", "https://tune.example.org"), 200);
  EXPECT_EQ(from("tune.example.org", "http://tune.example.org"), 403);
  EXPECT_EQ(from("tune.example.org", "https://evil.example"), 403);
  EXPECT_EQ(from("localhost:7420", "http://localhost:7420"), 200);
  EXPECT_EQ(from("localhost:7420", "https://tune.example.org"), 403);
}

TEST(Access, BehindAProxyWithTlsTheCookieStaysEncrypted) {
  const auto cookie_at = [](const std::string& host) {
    const auto response =
        kept_out(rules_behind_a_proxy(), get({{"host", host}}, "/?token=" + kToken), false);
    return response ? response->headers.at(1).second : "";
  };
  EXPECT_TRUE(cookie_at("tune.example.org").ends_with("; SameSite=Strict; Secure"));
  EXPECT_TRUE(cookie_at("localhost:7420").ends_with("; SameSite=Strict"));
}

TEST(Access, TheAddressOfAProxyIsASchemeAndAHost) {
  for (const auto& [text, meant] :
       {std::pair{"https://Tune.Example.org/", "https://tune.example.org"},
        {"http://10.0.0.7:8080", "http://10.0.0.7:8080"},
        {"https://[fe80::1]:8443", "https://[fe80::1]:8443"}}) {
    const auto url = checked_url(text);
    ASSERT_TRUE(url) << text;
    EXPECT_EQ(*url, meant);
  }
  for (const std::string text : {"",
                                 "/",
                                 "tune.example.org",
                                 "https://",
                                 "https:///",
                                 "ftp://tune.example.org",
                                 "https://tune.example.org/luthier",
                                 "https://a@b",
                                 "https://a b",
                                 "https://a\r\nX: y",
                                 "https://a?b",
                                 "https://a#b"}) {
    EXPECT_FALSE(checked_url(text)) << text;
  }
}

// Every combination of what a browser says about a request that changes something.
TEST(Access, OnlyOurOwnPagesMayChangeAnything) {
  int let_in = 0;
  for (const std::string origin : {"",
                                   "http://localhost:7420",
                                   "https://localhost:7420",
                                   "http://localhost",
                                   "http://evil.example",
                                   "null",
                                   "http://localhost:7421"}) {
    for (const std::string site : {"", "same-origin", "same-site", "cross-site", "none"}) {
      for (const std::string intent : {"", "1", "0"}) {
        for (const std::string type :
             {"", "application/json", "text/plain", "multipart/form-data"}) {
          for (const std::string method : {"POST", "PUT", "DELETE", "PATCH"}) {
            HttpRequest request{.method = method,
                                .target = "/api/v1/experiments/a/stop",
                                .headers = {{"host", "localhost:7420"}},
                                .body = "{}"};
            for (const auto& [name, value] : {std::pair{"origin", origin},
                                              {"sec-fetch-site", site},
                                              {"x-luthier", intent},
                                              {"content-type", type}}) {
              if (!value.empty()) {
                request.headers.emplace_back(name, value);
              }
            }
            const bool ours = (origin.empty() || origin == "http://localhost:7420") &&
                              (site.empty() || site == "same-origin" || site == "none") &&
                              intent == "1" && type == "application/json";
            EXPECT_EQ(status(local_rules(), request) == 200, ours)
                << method << ' ' << origin << ' ' << site << ' ' << intent << ' ' << type;
            let_in += ours ? 1 : 0;
          }
        }
      }
    }
  }
  EXPECT_EQ(let_in, 2 * 3 * 4);
}

TEST(Access, PagesOfOthersCantReadEitherButALinkMayLeadHere) {
  const auto from = [](const std::string& site, const std::string& mode) {
    return get({{"host", "localhost:7420"}, {"sec-fetch-site", site}, {"sec-fetch-mode", mode}},
               "/");
  };
  EXPECT_EQ(status(local_rules(), from("cross-site", "no-cors")), 403);
  EXPECT_EQ(status(local_rules(), from("same-site", "cors")), 403);
  EXPECT_EQ(status(local_rules(), from("cross-site", "navigate")), 200);
  EXPECT_EQ(status(local_rules(), from("same-origin", "cors")), 200);
}

// Both ends of a connection within this machine.
struct Ends {
  explicit Ends(const char* address) {
    const FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    inet_pton(AF_INET, address, &at.sin_addr);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(listener.get(), 1), 0);
    EXPECT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&at), &size), 0);
    client = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&at), size), 0);
    server = FileDescriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  FileDescriptor client, server;
};

TEST(PeerProcess, TheKernelSaysWhoseItIs) {
  const Ends ends("127.0.0.1");
  EXPECT_TRUE(is_own_process(ends.server.get()));
  EXPECT_TRUE(is_own_process(ends.client.get()));
}

// What no process holds any more may be listed as root's: whoever closes at once is nobody.
TEST(PeerProcess, WhoHasLeftIsNobody) {
  Ends ends("127.0.0.1");
  ends.client.reset();
  EXPECT_FALSE(is_own_process(ends.server.get()));
}

TEST(PeerProcess, WhatIsNoConnectionIsNobodys) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_FALSE(is_own_process(socket.get()));
  EXPECT_FALSE(is_own_process(-1));
}

}  // namespace
}  // namespace luthier

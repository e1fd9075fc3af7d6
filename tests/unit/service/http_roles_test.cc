// Who may make which request: every route of docs/openapi.yaml, with every method and every token.
// A route that is not there, or is there without its rule, fails.
#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/text.h"
#include "service/http/experiments_api.h"
#include "service/http/experiments_service.h"
#include "support/source_directory.h"

namespace luthier {
namespace {

const std::string kOperator = "0123456789abcdef0123456789abcdef";
const std::string kViewer = "fedcba9876543210fedcba9876543210";
constexpr std::array kMethods = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"};

// (path, method) to the role, as the document has them; "" where it has none.
using Documented = std::map<std::pair<std::string, std::string>, std::string>;

Documented documented() {
  constexpr std::string_view kRule = "      security: [{}, {token: [";
  std::ifstream file(testing::source_directory() / "docs/openapi.yaml");
  Documented rules;
  std::pair<std::string, std::string> at;
  bool below_paths = false;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(' ')) {
      below_paths = line == "paths:";
    } else if (below_paths && line.starts_with("  /")) {
      at = {line.substr(3, line.size() - 4), ""};
    } else if (below_paths && line.starts_with("    ") && line[4] != ' ' && line.ends_with(':') &&
               line != "    parameters:") {
      at.second = line.substr(4, line.size() - 5);
      std::ranges::transform(at.second, at.second.begin(), [](char c) { return std::toupper(c); });
      rules[at] = "";
    } else if (below_paths && line.starts_with(kRule)) {
      rules[at] = line.substr(kRule.size(), line.find(']') - kRule.size());
    }
  }
  return rules;
}

// A request to it, with names of what is nowhere.
std::string target_of(const std::string& path) {
  std::vector<std::string> parts;
  for (const auto& part : split(path, '/')) {
    parts.push_back(part == "{experiment}" ? "absent"
                    : part == "{trial}"    ? "0"
                    : part == "{action}"   ? "stop"
                                           : part);
  }
  return "/api/v1/" + join(parts, "/");
}

class Roles : public ::testing::Test {
 protected:
  int ask(const std::string& method, const std::string& target, const std::string& token) {
    HttpRequest request{
        .method = method,
        .target = target,
        .headers = {{"host", "localhost:7420"}, {"x-luthier", "1"}},
    };
    if (!token.empty()) {
      request.headers.emplace_back("authorization", "Bearer " + token);
    }
    return service.answer(request, false).status;
  }

  ExperimentsService service{
      "/nonexistent", "somebody", {.port = 7420, .token = kOperator, .viewer_token = kViewer}};
};

TEST_F(Roles, TheDocumentHasTheRouteTableAndItsRules) {
  Documented served;
  for (const ApiRule& rule : api_rules()) {
    served[{std::string(rule.path), std::string(rule.method)}] = to_text(rule.needs);
  }
  EXPECT_GE(served.size(), 15U);
  EXPECT_EQ(served, documented());
}

TEST_F(Roles, WhatChangesAnythingNeedsAnOperator) {
  for (const auto& [at, role] : documented()) {
    EXPECT_EQ(role, at.second == "GET" ? "viewer" : "operator") << at.first;
  }
}

TEST_F(Roles, EveryRouteWithEveryMethodAndEveryToken) {
  std::map<std::string, std::set<std::string>> methods;
  for (const auto& [at, role] : documented()) {
    methods[at.first].insert(at.second);
  }
  const Documented rules = documented();
  for (const auto& [path, there] : methods) {
    const std::string target = target_of(path);
    for (const std::string method : kMethods) {
      const std::string meant = method == "HEAD" ? "GET" : method;
      const auto rule = rules.find({path, meant});
      const bool known = rule != rules.end();
      const int answered = path == "experiments" || path == "session" ? 200
                           : path == "comparison"                     ? 400  // of no experiments
                                                                      : 404;
      const bool operators_only = known && rule->second != "viewer";
      EXPECT_EQ(ask(method, target, ""), 401) << method << target;
      EXPECT_EQ(ask(method, target, kViewer + "0"), 401) << method << target;
      EXPECT_EQ(ask(method, target, kViewer),
                !known           ? 405
                : operators_only ? 403
                                 : answered)
          << method << target;
      EXPECT_EQ(ask(method, target, kOperator), known ? answered : 405) << method << target;
    }
  }
}

TEST_F(Roles, PagesAreForWhoeverHasAToken) {
  for (const std::string target : {"/", "/assets/app.js", "/favicon.ico", "/healthz"}) {
    const bool open = target == "/healthz";
    EXPECT_EQ(ask("GET", target, ""), open ? 200 : 401) << target;
    EXPECT_EQ(ask("GET", target, "x"), open ? 200 : 401) << target;
    EXPECT_EQ(ask("GET", target, kViewer), 200) << target;
    EXPECT_EQ(ask("GET", target, kOperator), 200) << target;
    for (const std::string method : {"POST", "PUT", "DELETE", "PATCH"}) {
      EXPECT_EQ(ask(method, target, ""), 401) << method << target;
      EXPECT_EQ(ask(method, target, kViewer), 405) << method << target;
      EXPECT_EQ(ask(method, target, kOperator), 405) << method << target;
    }
  }
}

}  // namespace
}  // namespace luthier

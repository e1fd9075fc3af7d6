// AccessRules: who may ask the service for what. Pages of other sites that run in the user's
// browser are kept out whatever they know; others by a token, which also says what they may do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "luthier/error.h"
#include "service/http/http_message.h"

namespace luthier {

// What someone who was let in may do. Whoever operates may also view.
enum class Role : std::uint8_t { operates, views };
std::string_view to_text(Role role);  // "operator", "viewer"
bool may(Role role, Role needed);

// Someone who was let in.
struct Visitor {
  Role role;
  bool serves = false;  // as the kernel says; else it is whoever has the token
};

struct AccessRules {
  std::string address = "127.0.0.1";  // it listens there
  int port = 0;
  std::string host_name = {};  // of this machine; it may be asked by that name too
  // Where people reach it through a proxy, such as "https://tune.example.org"; empty: no proxy.
  std::string url = {};
  std::string token = {};         // of operators
  std::string viewer_token = {};  // of those who may only read; empty: there are none
  // Processes of the user who serves need no token and operate; the kernel says who they are.
  // Behind a proxy everyone needs one: the proxy may be such a process.
  bool own_processes_are_trusted = true;

  bool loopback() const;
};

// The response to a request that may not be answered, or who asks. `own`: the client
// is a process of the user who serves, or of root.
std::variant<HttpResponse, Visitor> let_in(const AccessRules& rules,
                                           const HttpRequest& request,
                                           bool own);

// The address of a proxy as people give it: a scheme, a host and perhaps a port, without a path.
Result<std::string> checked_url(std::string_view text);

// The name of the cookie that a browser keeps the token in: of this port alone.
std::string cookie_name(int port);

}  // namespace luthier

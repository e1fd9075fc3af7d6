// AccessRules: who may ask the service for what. Pages of other sites that run in the user's
// browser are kept out whatever they know; others by a token.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "luthier/error.h"
#include "service/http/http_message.h"

namespace luthier {

struct AccessRules {
  std::string address = "127.0.0.1";  // it listens there
  int port = 0;
  std::string host_name = {};  // of this machine; it may be asked by that name too
  // Where people reach it through a proxy, such as "https://tune.example.org"; empty: no proxy.
  std::string url = {};
  std::string token = {};
  // Processes of the user who serves need no token; the kernel says who they are. Behind a proxy
  // everyone needs one: the proxy may be such a process.
  bool own_processes_are_trusted = true;

  bool loopback() const;
};

// The response to a request that may not be answered; nothing: it may. `own`: the client is a
// process of the user who serves, or of root.
std::optional<HttpResponse> keep_out(const AccessRules& rules,
                                     const HttpRequest& request,
                                     bool own);

// The address of a proxy as people give it: a scheme, a host and perhaps a port, without a path.
Result<std::string> checked_url(std::string_view text);

// The name of the cookie that a browser keeps the token in: of this port alone.
std::string cookie_name(int port);

}  // namespace luthier

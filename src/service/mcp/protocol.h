// What the server says of itself, and the requests that need nothing but that.
//
// Two kinds of clients are served. Up to 2025-11-25 a client begins with `initialize`, which agrees
// on a version. From 2026-07-28 on it has no such beginning: each request carries the version in
// its `_meta`, and `server/discover` lists the versions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "service/mcp/rpc_message.h"

namespace luthier {

struct RpcAnswer {
  std::string result = {};  // a JSON object
  std::optional<RpcError> error = {};
};

// The version that a request names in its `_meta`; empty if it names none.
std::string version_of(const RpcMessage& message);
// The error of a request whose version is not served; nothing if it is.
std::optional<RpcError> refused_version(const std::string& version);

RpcAnswer initialize(const Json& params);
RpcAnswer discover();

RpcAnswer list_prompts();
RpcAnswer get_prompt(const Json& params);
RpcAnswer list_resources();
RpcAnswer read_resource(const Json& params);

// The same result with what a request with a version of its own is answered beyond it.
std::string stateless_result(std::string result);

}  // namespace luthier

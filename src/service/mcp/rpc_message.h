// JSON-RPC 2.0: the messages of a client, and the answers to them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"

namespace luthier {

namespace rpc {
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kBusy = -32000;
inline constexpr int kResourceNotFound = -32002;
inline constexpr int kUnsupportedVersion = -32022;
}  // namespace rpc

struct RpcError {
  int code = 0;
  std::string message;
  std::string data = {};  // JSON; may be empty
};

// A request, or a notification if it has no id.
struct RpcMessage {
  std::string id = {};  // JSON
  std::string method = {};
  Json params = {};  // an object, or null if there are none

  bool is_request() const { return !id.empty(); }
};

struct RpcLine {
  std::optional<RpcMessage> message = {};  // neither of them: an answer, to which nothing is said
  std::optional<RpcError> error = {};
  std::string id = "null";  // of the message with the error, as far as it is known
};
RpcLine read_rpc(std::string_view line);

std::string rpc_result(std::string_view id, std::string_view result);
std::string rpc_error(std::string_view id, const RpcError& error);
std::string rpc_notification(std::string_view method, std::string_view params);

}  // namespace luthier

#include "service/mcp/rpc_message.h"

#include "core/json_writer.h"

namespace luthier {
namespace {

constexpr std::size_t kLongestId = 256;

RpcLine wrong(int code, std::string message, std::string id = "null") {
  return {.error = RpcError{code, std::move(message)}, .id = std::move(id)};
}

// JSON of an id; nothing if it is none.
std::optional<std::string> id_json(const Json& json) {
  const bool text = json.value.text() != nullptr && json.value.text()->size() <= kLongestId;
  const bool number = json.value.number() && json.value.boolean() == nullptr;
  return json.kind == Json::Kind::scalar && (text || number) ? std::optional(to_json(json.value))
                                                             : std::nullopt;
}

std::string_view text_member(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  const std::string* text = member != nullptr ? member->value.text() : nullptr;
  return text != nullptr ? std::string_view(*text) : std::string_view();
}

RpcLine read_object(const Json& json) {
  RpcMessage message;
  if (const Json* id = json.find("id")) {
    const auto known = id_json(*id);
    if (!known) {
      return wrong(rpc::kInvalidRequest, "'id' must be a number or a text of at most 256 bytes");
    }
    message.id = *known;
  }
  const std::string id = message.is_request() ? message.id : "null";
  if (text_member(json, "jsonrpc") != "2.0") {
    return wrong(rpc::kInvalidRequest, "'jsonrpc' must be \"2.0\"", id);
  }
  message.method = text_member(json, "method");
  if (message.method.empty()) {
    const bool answer = json.find("result") != nullptr || json.find("error") != nullptr;
    return answer ? RpcLine{} : wrong(rpc::kInvalidRequest, "'method' is missing", id);
  }
  if (const Json* params = json.find("params")) {
    if (params->kind != Json::Kind::object) {
      return wrong(rpc::kInvalidParams, "'params' must be an object", id);
    }
    message.params = *params;
  }
  return {.message = std::move(message), .id = id};
}

}  // namespace

RpcLine read_rpc(std::string_view line) {
  const auto json = parse_json(line);
  if (!json) {
    return wrong(rpc::kParseError, json.error().message);
  }
  if (json->kind == Json::Kind::list) {
    return wrong(rpc::kInvalidRequest, "a line must be one message, not a batch of them");
  }
  return json->kind == Json::Kind::object
             ? read_object(*json)
             : wrong(rpc::kInvalidRequest, "a message must be a JSON object");
}

std::string rpc_result(std::string_view id, std::string_view result) {
  std::string text;
  JsonWriter(text)
      .object()
      .field("jsonrpc", "2.0")
      .raw_field("id", id)
      .raw_field("result", result)
      .end();
  return text;
}

std::string rpc_error(std::string_view id, const RpcError& error) {
  std::string text;
  JsonWriter out(text);
  out.object().field("jsonrpc", "2.0").raw_field("id", id).key("error").object();
  out.field("code", error.code).field("message", error.message);
  if (!error.data.empty()) {
    out.raw_field("data", error.data);
  }
  out.end().end();
  return text;
}

std::string rpc_notification(std::string_view method, std::string_view params) {
  std::string text;
  JsonWriter(text)
      .object()
      .field("jsonrpc", "2.0")
      .field("method", method)
      .raw_field("params", params)
      .end();
  return text;
}

}  // namespace luthier

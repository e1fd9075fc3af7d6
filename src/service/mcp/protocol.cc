#include "service/mcp/protocol.h"

#include <algorithm>
#include <array>

#include "base/format.h"
#include "base/text.h"
#include "core/json_writer.h"
#include "service/mcp/skill.h"

namespace luthier {
namespace {

constexpr std::array<std::string_view, 4> kInitialized = {
    "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};
constexpr std::string_view kStateless = "2026-07-28";
constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kServerKey = "io.modelcontextprotocol/serverInfo";

constexpr std::string_view kPrompt = "tune_a_program";
constexpr std::string_view kResource = "luthier://skills/tune_a_program";
constexpr std::string_view kPurpose =
    "How to tune a program without damaging it: dry run, budget, watching, reading decisions";
constexpr std::string_view kInstructions =
    "Luthier searches for the best configuration of a program. Call dry_run and try first, then "
    "start with a budget, then watch. Experiments run on when this server ends; stop ends one. The "
    "prompt tune_a_program explains the steps.";

RpcAnswer invalid(std::string message) {
  return {.error = RpcError{rpc::kInvalidParams, std::move(message)}};
}

std::string text_member(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  const std::string* text = member != nullptr ? member->value.text() : nullptr;
  return text != nullptr ? *text : "";
}

std::string server_json() {
  std::string out;
  JsonWriter(out)
      .object()
      .field("name", "luthier")
      .field("title", "Luthier")
      .field("version", LUTHIER_VERSION)
      .end();
  return out;
}

void write_capabilities(JsonWriter& out) {
  out.raw_field("capabilities", R"({"tools": {}, "prompts": {}, "resources": {}})")
      .field("instructions", kInstructions);
}

}  // namespace

std::string version_of(const RpcMessage& message) {
  const Json* meta = message.params.find("_meta");
  return meta != nullptr ? text_member(*meta, kVersionKey) : "";
}

std::optional<RpcError> refused_version(const std::string& version) {
  if (version == kStateless) {
    return std::nullopt;
  }
  std::string data;
  JsonWriter(data)
      .object()
      .field("supported", std::array{kStateless})
      .field("requested", version)
      .end();
  return RpcError{
      rpc::kUnsupportedVersion,
      formatted("requests of version {} need 'initialize' first, or are unknown", version),
      data};
}

RpcAnswer initialize(const Json& params) {
  const std::string wanted = text_member(params, "protocolVersion");
  if (wanted.empty()) {
    return invalid("'protocolVersion' is missing");
  }
  const bool known = std::ranges::find(kInitialized, wanted) != kInitialized.end();
  std::string text;
  JsonWriter out(text);
  out.object().field("protocolVersion", known ? std::string_view(wanted) : kInitialized.back());
  write_capabilities(out);
  out.raw_field("serverInfo", server_json()).end();
  return {.result = text};
}

RpcAnswer discover() {
  std::string text;
  JsonWriter out(text);
  out.object().field("supportedVersions", std::array{kStateless});
  write_capabilities(out);
  out.end();
  return {.result = text};
}

RpcAnswer list_prompts() {
  std::string text;
  JsonWriter out(text);
  out.object().key("prompts").list().object();
  out.field("name", kPrompt).field("title", "Tune a program").field("description", kPurpose);
  out.end().end().end();
  return {.result = text};
}

RpcAnswer get_prompt(const Json& params) {
  const std::string name = text_member(params, "name");
  if (name != kPrompt) {
    return invalid(formatted("there is no prompt '{}'; known: {}", name, kPrompt));
  }
  std::string text;
  JsonWriter out(text);
  out.object().field("description", kPurpose).key("messages").list().object();
  out.field("role", "user").key("content").object();
  out.field("type", "text").field("text", mcp_skill()).end();
  out.end().end().end();
  return {.result = text};
}

RpcAnswer list_resources() {
  std::string text;
  JsonWriter out(text);
  out.object().key("resources").list().object();
  out.field("uri", kResource).field("name", kPrompt).field("title", "Tune a program");
  out.field("description", kPurpose).field("mimeType", "text/markdown");
  out.end().end().end();
  return {.result = text};
}

RpcAnswer read_resource(const Json& params) {
  const std::string uri = text_member(params, "uri");
  if (uri != kResource) {
    return {.error = RpcError{rpc::kResourceNotFound,
                              formatted("there is no resource '{}'; known: {}", uri, kResource)}};
  }
  std::string text;
  JsonWriter out(text);
  out.object().key("contents").list().object();
  out.field("uri", kResource).field("mimeType", "text/markdown").field("text", mcp_skill());
  out.end().end().end();
  return {.result = text};
}

std::string stateless_result(std::string result) {
  std::string added;
  JsonWriter(added)
      .object()
      .field("resultType", "complete")
      .field("ttlMs", 0)
      .field("cacheScope", "private")
      .raw_field("_meta", formatted("{{{}: {}}}", json_string(kServerKey), server_json()))
      .end();
  const bool empty = result == "{}";
  result.pop_back();
  return result + (empty ? "" : ", ") + added.substr(1);
}

}  // namespace luthier

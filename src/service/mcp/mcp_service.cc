#include "service/mcp/mcp_service.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "base/failure.h"
#include "base/format.h"
#include "base/new_thread.h"
#include "base/text.h"
#include "core/json_writer.h"
#include "service/mcp/tool_schema.h"

namespace luthier {
namespace {

RpcError invalid(std::string message) {
  return {rpc::kInvalidParams, std::move(message)};
}

std::string known_tools(const std::vector<McpTool>& tools) {
  std::vector<std::string> names;
  for (const McpTool& tool : tools) {
    names.push_back(tool.name);
  }
  return join(names, ", ");
}

const Json* member(const Json& json, std::string_view name, Json::Kind kind) {
  const Json* found = json.find(name);
  return found != nullptr && found->kind == kind ? found : nullptr;
}

std::string json_of(const Json* scalar) {
  return scalar != nullptr ? to_json(scalar->value) : "";
}

}  // namespace

void McpService::serve() {
  std::string line;
  for (auto read = lines_.read(line); read != MessageLines::Read::end; read = lines_.read(line)) {
    join_ended();
    if (read == MessageLines::Read::too_long) {
      lines_.write(rpc_error(
          "null",
          {rpc::kInvalidRequest, formatted("a message is longer than {} bytes", lines_.kLongest)}));
    } else if (line.find_first_not_of(" \t\r") != std::string::npos) {
      receive(line);
    }
  }
  for (Call& call : under_way_) {
    cancel(call);
  }
  for (Call& call : under_way_) {
    call.thread.join();
  }
}

void McpService::receive(const std::string& line) {
  const RpcLine read = read_rpc(line);
  if (read.error) {
    lines_.write(rpc_error(read.id, *read.error));
  } else if (read.message) {
    read.message->is_request() ? requested(*read.message) : notified(*read.message);
  }
}

void McpService::notified(const RpcMessage& message) {
  if (message.method != "notifications/cancelled") {
    return;
  }
  const std::string id = json_of(member(message.params, "requestId", Json::Kind::scalar));
  for (Call& call : under_way_) {
    if (call.message.id == id) {
      cancel(call);
    }
  }
}

void McpService::requested(const RpcMessage& message) {
  const std::string version = version_of(message);
  RpcAnswer answered;
  if (!version.empty() && message.method != "initialize") {
    answered.error = refused_version(version);
  } else if (!initialized_ && message.method != "initialize" && message.method != "ping" &&
             message.method != "server/discover") {
    answered.error = RpcError{rpc::kInvalidRequest, "the first request must be initialize"};
  }
  if (!answered.error && message.method == "tools/call") {
    answered.error = begin_call(message, !version.empty());
    if (!answered.error) {
      return;  // the call answers
    }
  } else if (!answered.error) {
    answered = answer(message);
    initialized_ = initialized_ || (message.method == "initialize" && !answered.error);
  }
  lines_.write(answered.error
                   ? rpc_error(message.id, *answered.error)
                   : rpc_result(message.id,
                                version.empty() ? answered.result
                                                : stateless_result(std::move(answered.result))));
}

RpcAnswer McpService::answer(const RpcMessage& message) const {
  const std::string& method = message.method;
  return method == "initialize"        ? initialize(message.params)
         : method == "server/discover" ? discover()
         : method == "ping"            ? RpcAnswer{.result = "{}"}
         : method == "tools/list"
             ? RpcAnswer{.result = formatted("{{\"tools\": {}}}", tools_json(tools_))}
         : method == "prompts/list"   ? list_prompts()
         : method == "prompts/get"    ? get_prompt(message.params)
         : method == "resources/list" ? list_resources()
         : method == "resources/read" ? read_resource(message.params)
         : method == "resources/templates/list"
             ? RpcAnswer{.result = R"({"resourceTemplates": []})"}
             : RpcAnswer{.error = RpcError{rpc::kMethodNotFound,
                                           formatted("there is no method '{}'", method)}};
}

// ---- calls

std::optional<RpcError> McpService::begin_call(const RpcMessage& message, bool stateless) {
  const Json* name = member(message.params, "name", Json::Kind::scalar);
  const std::string* text = name != nullptr ? name->value.text() : nullptr;
  const auto tool = std::ranges::find_if(
      tools_, [&](const McpTool& each) { return text != nullptr && each.name == *text; });
  if (tool == tools_.end()) {
    return invalid(formatted(
        "there is no tool '{}'; known: {}", text != nullptr ? *text : "", known_tools(tools_)));
  }
  const Json* arguments = message.params.find("arguments");
  if (arguments != nullptr && arguments->kind != Json::Kind::object) {
    return invalid("'arguments' must be an object");
  }
  if (std::ranges::any_of(under_way_,
                          [&](const Call& each) { return each.message.id == message.id; })) {
    return RpcError{rpc::kInvalidRequest, "a call with this id is under way"};
  }
  if (under_way_.size() >= kMostCalls) {
    return RpcError{rpc::kBusy, formatted("{} calls are under way; wait for one", kMostCalls)};
  }
  return run_call(message, *tool, stateless);
}

std::optional<RpcError> McpService::run_call(const RpcMessage& message,
                                             const McpTool& tool,
                                             bool stateless) {
  Call& call = under_way_.emplace_back(message, &tool, stateless);
  call.cancel = FileDescriptor(eventfd(0, EFD_CLOEXEC));
  if (call.cancel) {
    if (auto thread = new_thread("a call", [this, &call] { perform(call); })) {
      call.thread = *std::move(thread);
      return std::nullopt;
    }
  }
  under_way_.pop_back();
  return RpcError{rpc::kBusy, "no call can begin: threads or descriptors ran out; try again"};
}

void McpService::perform(Call& call) {
  static const Json kNone{.kind = Json::Kind::object};
  const Json* arguments = call.message.params.find("arguments");
  std::string result = calls_.call(
      *call.tool, arguments != nullptr ? *arguments : kNone, call.cancel.get(), progress_of(call));
  if (!call.cancelled) {
    lines_.write(
        rpc_result(call.message.id, call.stateless ? stateless_result(std::move(result)) : result));
  }
  call.done = true;
}

McpProgress McpService::progress_of(const Call& call) {
  const Json* meta = call.message.params.find("_meta");
  const std::string token =
      meta != nullptr ? json_of(member(*meta, "progressToken", Json::Kind::scalar)) : "";
  // Progress has to rise from one message to the next.
  return [this, token, &call, before = -1.0](
             double done, double of, const std::string& sentence) mutable {
    if (token.empty() || done <= before || call.cancelled) {
      return;
    }
    before = done;
    std::string params;
    JsonWriter out(params);
    out.object().raw_field("progressToken", token).field("progress", done);
    if (of > 0) {
      out.field("total", of);
    }
    out.field("message", sentence).end();
    lines_.write(rpc_notification("notifications/progress", params));
  };
}

void McpService::cancel(Call& call) {
  call.cancelled = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(call.cancel.get(), &one, sizeof one);
}

void McpService::join_ended() {
  std::erase_if(under_way_, [](Call& call) {
    if (!call.done) {
      return false;
    }
    call.thread.join();
    return true;
  });
}

}  // namespace luthier

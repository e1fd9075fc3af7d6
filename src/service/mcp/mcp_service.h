// Serves one client of the Model Context Protocol: docs/mcp.md. One thread reads messages; each
// call of a tool has a thread of its own, so that a call that waits holds up no other.
#pragma once

#include <atomic>
#include <filesystem>
#include <list>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/file_descriptor.h"
#include "service/mcp/message_lines.h"
#include "service/mcp/protocol.h"
#include "service/mcp/rpc_message.h"
#include "service/mcp/tool.h"
#include "service/mcp/tool_calls.h"

namespace luthier {

class McpService {
 public:
  // `lines` must outlive it. Experiments are kept in `results`.
  McpService(MessageLines& lines, std::vector<McpTool> tools, std::filesystem::path results)
      : lines_(lines), tools_(std::move(tools)), calls_(std::move(results)) {}

  // Returns when the client is gone; calls that are under way are cancelled.
  void serve();

 private:
  static constexpr std::size_t kMostCalls = 16;  // at a time

  struct Call {
    RpcMessage message;
    const McpTool* tool = nullptr;
    bool stateless = false;  // the request named a version itself
    FileDescriptor cancel = {};
    std::atomic<bool> cancelled = false;
    std::atomic<bool> done = false;
    std::thread thread = {};
  };

  void receive(const std::string& line);
  void notified(const RpcMessage& message);
  void requested(const RpcMessage& message);
  RpcAnswer answer(const RpcMessage& message) const;
  std::optional<RpcError> begin_call(const RpcMessage& message, bool stateless);
  std::optional<RpcError> run_call(const RpcMessage& message, const McpTool& tool, bool stateless);
  void perform(Call& call);
  McpProgress progress_of(const Call& call);
  void cancel(Call& call);
  void join_ended();

  MessageLines& lines_;
  const std::vector<McpTool> tools_;
  ToolCalls calls_;
  bool initialized_ = false;
  std::list<Call> under_way_;
};

}  // namespace luthier

// Performs the calls of tools. Any thread; what it keeps are the experiments that it started.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "service/mcp/child_command.h"
#include "service/mcp/tool.h"
#include "service/mcp/tool_answer.h"

namespace luthier {

// How far a call is: what has been done, of how much (0: unknown), and a sentence.
using McpProgress = std::function<void(double done, double of, const std::string& sentence)>;

class ToolCalls {
 public:
  explicit ToolCalls(std::filesystem::path results) : results_(std::move(results)) {}

  // The result of tools/call. Returns soon after `cancel` is readable.
  std::string call(const McpTool& tool,
                   const Json& arguments,
                   int cancel,
                   const McpProgress& progress);

 private:
  static constexpr int kMostRunning = 8;        // experiments at a time
  static constexpr std::size_t kMostKept = 32;  // of those that have ended, for their messages

  struct Background {
    std::string name;  // of the experiment
    BackgroundCommand command;
  };
  struct Seen {
    std::optional<int> exit_code = {};
    std::string messages = {};
  };

  Result<std::string> answer(const McpTool& tool,
                             const Json& arguments,
                             int cancel,
                             const McpProgress& progress);
  Result<std::string> start(const McpTool& tool, std::vector<std::string> words, int cancel);
  Result<std::string> checked_name(std::vector<std::string> words, int cancel);
  Result<std::string> watch(const Json& arguments,
                            const std::string& name,
                            int cancel,
                            const McpProgress& progress);
  Result<std::string> experiment_now(const std::string& name, int cancel);  // `show --json`
  Result<std::string> described(const std::string& name, int cancel);

  Result<pid_t> begin(const std::string& name, const std::vector<std::string>& words);
  Seen look_at(pid_t pid);
  std::string messages_about(const std::string& name);
  void interrupt(pid_t pid);

  const std::filesystem::path results_;
  std::mutex mutex_;
  std::deque<Background> background_;  // guarded by mutex_
};

}  // namespace luthier

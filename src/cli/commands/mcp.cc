// Serves an agent: the commands as tools of the Model Context Protocol.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>

#include "base/file_descriptor.h"
#include "base/format.h"
#include "cli/commands/end_event.h"
#include "cli/commands/mcp_tools.h"
#include "cli/options/arguments.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "service/mcp/mcp_service.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier mcp                        # one client, on standard input and "
                     "output: docs/mcp.md"),
    std::string_view("luthier mcp --directory ~/digits   # where programs run")};
constexpr std::array kOptions = {
    Option{.name = "directory",
           .argument = "DIR",
           .meaning = "where programs run (default: the current directory)",
           .completes = Completes::directory},
    kResults};

int run(const Arguments& arguments) {
  if (const auto directory = arguments.text("directory")) {
    std::error_code error;
    std::filesystem::current_path(*directory, error);
    if (error) {
      return fail_usage(
          formatted("can't work in --directory '{}': {}", *directory, error.message()));
    }
  }
  const auto end = end_event();
  if (!end) {
    return fail(end.error());
  }
  std::signal(SIGPIPE, SIG_IGN);
  MessageLines lines(STDIN_FILENO, STDOUT_FILENO, end->get());
  McpService(lines, mcp_tools(), results_directory(arguments)).serve();
  return kSuccess;
}

}  // namespace

extern const Command kMcp;
const Command kMcp = {
    .name = "mcp",
    .summary = "serve an agent: the commands as tools of the Model Context Protocol",
    .examples = kExamples,
    .options = kOptions,
    .run = run};

}  // namespace luthier::cli

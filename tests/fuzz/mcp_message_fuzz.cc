// Lines of the Model Context Protocol: any bytes are a message, an error or neither; arguments of a
// tool are a command line or an error. No argument becomes an option that the tool does not have.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "input.h"
#include "service/mcp/rpc_message.h"
#include "service/mcp/tool_words.h"

namespace {

const luthier::McpTool kTool{
    .name = "start",
    .command = {"run"},
    .properties = {
        {.name = "space", .kind = luthier::McpKind::space, .option = "param"},
        {.name = "min", .kind = luthier::McpKind::texts, .option = "min"},
        {.name = "samples", .kind = luthier::McpKind::count, .option = "samples"},
        {.name = "wait", .kind = luthier::McpKind::seconds, .place = luthier::McpPlace::nowhere},
        {.name = "experiment",
         .kind = luthier::McpKind::experiment,
         .place = luthier::McpPlace::operand},
        {.name = "command", .kind = luthier::McpKind::words, .place = luthier::McpPlace::program}}};

void check_words(const luthier::Json& arguments) {
  const auto words = luthier::tool_words(kTool, arguments, "/nonexistent");
  if (!words) {
    LUTHIER_CHECK(!words.error().message.empty(), "no message");
    return;
  }
  for (const std::string& word : *words) {
    LUTHIER_CHECK(word.find('\0') == std::string::npos, word.c_str());
    if (word == "--") {
      return;
    }
    const bool known = word == "run" || word == "--json" || word.starts_with("--results=") ||
                       word.starts_with("--param=") || word.starts_with("--min=") ||
                       word.starts_with("--samples=");
    LUTHIER_CHECK(known, word.c_str());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  const RpcLine read = read_rpc(Input(data, size).rest());
  LUTHIER_CHECK(!(read.message && read.error), "a message and an error");
  LUTHIER_CHECK(parse_json(read.id).ok(), read.id.c_str());
  if (read.error) {
    const std::string answer = rpc_error(read.id, *read.error);
    LUTHIER_CHECK(answer.find('\n') == std::string::npos && parse_json(answer).ok(),
                  answer.c_str());
  } else if (read.message) {
    check_words(read.message->params);
  }
  return 0;
}

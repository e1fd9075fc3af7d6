// What a tool answers: a structure, and the same as text for clients that know no structures.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "service/mcp/child_command.h"
#include "service/mcp/tool.h"

namespace luthier {

// The result of tools/call: `structure` is a JSON object.
std::string tool_result(const std::string& structure);
// The same for a call that failed, with a sentence for the one who called.
std::string tool_error(const std::string& message);

// A command's output as the tool's structure, at most `most` items of a list; or why it is none.
Result<std::string> tool_structure(const McpTool& tool, const CommandOutput& output, int most);

// Sentences of a command's standard error, without the program's name before them.
std::vector<std::string> sentences(std::string_view messages);

// How far an experiment is, in a sentence, from a line of `show --json`.
std::string experiment_summary(const Json& show);
// How many trials there will be, of such a line; 0: unknown, without a limit or with a grid.
std::int64_t planned_trials(const Json& show);
// Trials that have ended, of such a line.
std::int64_t ended_trials(const Json& show);

}  // namespace luthier

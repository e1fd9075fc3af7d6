// The command line that the arguments of a tool stand for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "luthier/error.h"
#include "service/mcp/tool.h"

namespace luthier {

// Unknown, missing and unfit properties are invalid_argument, which names what fits. An experiment
// has to be a name; it is looked up in `results`, and a directory outside of it is refused.
Result<std::vector<std::string>> tool_words(const McpTool& tool,
                                            const Json& arguments,
                                            const std::filesystem::path& results);

// The number of a property of the tool that is on no command line; `usual` if it is not given.
double number_of(const Json& arguments, std::string_view name, double usual, double most);

// The text of a property; empty if it is not given.
std::string text_of(const Json& arguments, std::string_view name);

}  // namespace luthier

// The commands that an agent has as tools, with those of their options that it needs.
#pragma once

#include <vector>

#include "service/mcp/tool.h"

namespace luthier::cli {

std::vector<McpTool> mcp_tools();

}  // namespace luthier::cli

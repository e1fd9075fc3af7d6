// Tools as the protocol describes them.
#pragma once

#include <span>
#include <string>

#include "service/mcp/tool.h"

namespace luthier {

std::string tools_json(std::span<const McpTool> tools);  // a list

}  // namespace luthier

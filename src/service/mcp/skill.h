// How an agent tunes a program without damaging it: docs/skills/tune_a_program.md, inside the
// library.
#pragma once

#include <string_view>

namespace luthier {

std::string_view mcp_skill();

}  // namespace luthier

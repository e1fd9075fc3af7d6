#include "service/mcp/skill.h"

#include <cstddef>

extern "C" {
// NOLINTBEGIN(readability-identifier-naming): symbols of the assembler
extern const char luthier_mcp_skill_begin[];
extern const char luthier_mcp_skill_end[];
// NOLINTEND(readability-identifier-naming)
}

namespace luthier {

std::string_view mcp_skill() {
  return {luthier_mcp_skill_begin,
          static_cast<std::size_t>(luthier_mcp_skill_end - luthier_mcp_skill_begin)};
}

}  // namespace luthier

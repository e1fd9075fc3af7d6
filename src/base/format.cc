// The one file that compiles fmt: Debian has no archive of it, and a shared library would be needed
// wherever the program runs.
#define FMT_HEADER_ONLY 1  // NOLINT(readability-identifier-naming): fmt's name
#include "base/format.h"

#include <fmt/format.h>

namespace luthier {

std::string formatted_arguments(fmt::string_view pattern, fmt::format_args arguments) {
  return fmt::vformat(pattern, arguments);
}

}  // namespace luthier

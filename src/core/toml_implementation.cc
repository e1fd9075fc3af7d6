// The one place where toml++ is compiled; everywhere else TOML_HEADER_ONLY=0 leaves declarations.
#define TOML_IMPLEMENTATION  // NOLINT(readability-identifier-naming): the library's name for it
#include <toml++/toml.h>

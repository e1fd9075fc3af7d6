// The one place where toml++ is compiled; everywhere else TOML_HEADER_ONLY=0 leaves declarations.
#define TOML_IMPLEMENTATION
#include <toml++/toml.h>

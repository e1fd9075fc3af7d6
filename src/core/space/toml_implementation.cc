// The one place where toml++ is compiled; everywhere else TOML_HEADER_ONLY=0 leaves declarations.
// A document that its parser did not expect ("[ =") is an error like any other, not the program's
// end.
#define TOML_ASSERT(expression) static_assert(true)
#define TOML_IMPLEMENTATION  // NOLINT(readability-identifier-naming): the library's name for it
#include <toml++/toml.h>

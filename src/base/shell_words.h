// The words of a command that is written in one text and that no shell runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "luthier/error.h"

namespace luthier {

// Blanks part words; '...', "..." and a backslash keep what they hold, as a shell reads them.
// Refused, with the remedy: a quote that is not closed, and what only a shell would obey, such as
// `|` and `$NAME`. May be empty.
Result<std::vector<std::string>> shell_words(std::string_view text);

}  // namespace luthier

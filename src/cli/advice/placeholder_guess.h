// Placeholders as other tools and the shell write them: $lr, ${lr}, %lr%, %(lr)s, {{lr}}, <lr>.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace luthier::cli {

struct PlaceholderGuess {
  std::string as_typed = {};              // "$lr"; empty: there is none
  std::string meant = {};                 // "{lr}"
  std::vector<std::string> program = {};  // with those that were meant
};

// Looks for parameters that reach the program by no placeholder of ours. A text after `-c` is a
// shell's: there $lr counts only where nothing in it sets lr.
PlaceholderGuess guess_placeholders(std::span<const std::string> program,
                                    std::span<const std::string> parameters);

}  // namespace luthier::cli

// What is wrong with the words of a program before it runs, as far as it can be seen, and how they
// work.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace luthier::cli {

struct ProgramGuess {
  std::string sentence = {};              // what is wrong
  std::vector<std::string> program = {};  // as it works; empty: nobody can tell
};

// Whether a shell would find it. A program whose name depends on the trial is found when it starts.
bool is_program_there(const std::string& program);
// Nothing: it looks as if it could run. Precondition: `program` is not empty.
std::optional<ProgramGuess> guess_program(std::span<const std::string> program,
                                          std::span<const std::string> parameters);

}  // namespace luthier::cli

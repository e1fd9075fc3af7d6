// What to type next: commands of `luthier` in messages, as a shell reads them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "luthier/experiment_spec.h"

namespace luthier {

// A word as the shell would read it back.
std::string shell_word(const std::string& text);
// "luthier extend digits -n N", with `options` after the name of the experiment in `directory`, and
// with --results where that is needed.
std::string command_line(std::string_view command,
                         const std::filesystem::path& directory,
                         std::string_view options = {});
// The option with which a command finds the experiments of `results`; empty where it needs none.
std::string results_option(const std::filesystem::path& results);
// Whether no experiment can be made in `directory`: something is there that is more than what is
// left of an experiment that never began.
bool is_taken(const std::filesystem::path& directory);
// What became of an experiment whose first start was cut off before anything was logged.
std::string never_begun_text(const std::filesystem::path& directory);
// The same for "resume", "extend" and "retry", in backquotes; where trials are functions of a C++
// program, what that program calls: the command has no function to run.
std::string way_on(std::string_view command,
                   const ExperimentSpec& spec,
                   const std::filesystem::path& directory,
                   std::string_view options = {});
// What shows the output of a trial; empty where there is none, as for functions and in memory.
std::string logs_command(const ExperimentSpec& spec, const std::filesystem::path& directory);
// Why no experiment can be made in `directory`, which exists, and what to do.
std::string taken_text(const std::filesystem::path& directory);

}  // namespace luthier

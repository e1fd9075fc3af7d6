#include "executors/programs/command/program_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 8> kInterpreters = {
    "python", "sh", "bash", "perl", "ruby", "node", "julia", "Rscript"};

bool depends_on_trial(std::string_view word) {
  return word.find('{') != std::string_view::npos;
}

// "python3.11" is python.
bool is_interpreter(const std::string& program) {
  std::string name = fs::path(program).filename().string();
  name.erase(std::min(name.find_last_not_of("0123456789.") + 1, name.size()));
  return std::ranges::find(kInterpreters, name) != kInterpreters.end();
}

// Empty: the interpreter is given none, or it can't be told which word it is.
std::string script_of(const std::vector<std::string>& command) {
  if (command.size() < 2 || !is_interpreter(command.front())) {
    return {};
  }
  const auto word =
      std::ranges::find_if(command.begin() + 1, command.end(), [](const std::string& each) {
        return !each.starts_with('-') || each == "-m" || each == "-c" || each == "-e";
      });
  if (word == command.end() || word->starts_with('-') || depends_on_trial(*word)) {
    return {};
  }
  // The value of an option before it has no suffix: "python -W ignore train.py".
  return fs::path(*word).has_extension() ? *word : std::string();
}

fs::path placed(const std::string& file, const std::string& directory) {
  return directory.empty() ? fs::path(file) : fs::path(directory) / file;
}

Error missing(const std::string& what, const std::string& file, const std::string& directory) {
  const std::string place = file.starts_with('/') ? ""
                            : directory.empty()   ? " in the working directory"
                                                  : " in " + directory;
  return {ErrorCode::not_found,
          formatted("there is no {} '{}'{}{}",
                    what,
                    to_utf8(file),
                    place,
                    directory.empty() ? "; check its path, or go to the directory that it is in"
                                      : "; put it back")};
}

}  // namespace

Result<> check_program_file(const std::vector<std::string>& command, const std::string& directory) {
  if (command.empty()) {
    return {};
  }
  std::error_code error;
  const std::string& program = command.front();
  if (program.find('/') != std::string::npos && !depends_on_trial(program)) {
    const fs::path path = placed(program, directory);
    if (!fs::exists(path, error)) {
      return missing("program", program, directory);
    }
    if (access(path.c_str(), X_OK) != 0) {
      return failure(ErrorCode::invalid_argument,
                     "the program '{}' may not be executed; make it executable (chmod +x) or name "
                     "its interpreter before it",
                     to_utf8(program));
    }
  }
  const std::string script = script_of(command);
  if (!script.empty() && !fs::exists(placed(script, directory), error)) {
    return missing("script", script, directory);
  }
  return {};
}

}  // namespace luthier

#include "cli/advice/program_guess.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/format.h"
#include "base/text.h"
#include "cli/advice/correction.h"
#include "cli/advice/placeholder_guess.h"

namespace luthier::cli {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_executable_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

bool is_in_path(const std::string& program) {
  const char* places = std::getenv("PATH");
  return std::ranges::any_of(split(places ? places : "/bin:/usr/bin", ':'), [&](const auto& place) {
    return is_there(fs::path(place) / program);
  });
}

Words with_first(std::span<const std::string> program, const Words& first) {
  Words words = first;
  words.insert(words.end(), program.begin() + 1, program.end());
  return words;
}

// What usually runs a file of this kind; empty: unknown.
std::string interpreter_of(const fs::path& path) {
  struct Row {
    std::string_view extension;
    std::string_view interpreter;
  };
  static constexpr std::array kRows = {Row{".py", "python3"},
                                       Row{".sh", "sh"},
                                       Row{".bash", "bash"},
                                       Row{".R", "Rscript"},
                                       Row{".r", "Rscript"},
                                       Row{".jl", "julia"},
                                       Row{".pl", "perl"},
                                       Row{".rb", "ruby"},
                                       Row{".js", "node"},
                                       Row{".m", "octave"}};
  const std::string extension = path.extension().string();
  const auto* const row = std::ranges::find(kRows, extension, &Row::extension);
  return row == kRows.end() ? "" : std::string(row->interpreter);
}

bool is_interpreter(const std::string& program) {
  constexpr std::array<std::string_view, 9> kNames = {
      "python", "bash", "sh", "Rscript", "julia", "perl", "ruby", "node", "octave"};
  const std::string name = fs::path(program).filename().string();
  const auto end = name.find_first_of("0123456789.");
  return std::ranges::find(kNames, std::string_view(name).substr(0, end)) != kNames.end();
}

bool has_shebang(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 2> begin{};
  file.read(begin.data(), begin.size());
  return begin[0] == '#' && begin[1] == '!';
}

// "there is no file 'trian.py'; did you mean 'train.py'?"
ProgramGuess missing_file(std::span<const std::string> program, std::size_t index) {
  const fs::path path = program[index];
  Words names;
  std::error_code error;
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (fs::directory_iterator next(folder, error), end; !error && next != end;
       next.increment(error)) {
    names.push_back(next->path().filename().string());
  }
  ProgramGuess guess{.sentence = formatted("there is no file '{}'", path.string())};
  if (const auto meant = closest_name(path.filename().string(), names)) {
    guess.program.assign(program.begin(), program.end());
    guess.program[index] = path.has_parent_path() ? (path.parent_path() / *meant).string() : *meant;
    guess.sentence += formatted("; did you mean '{}'?", guess.program[index]);
  }
  return guess;
}

// A whole command in quotes.
std::optional<ProgramGuess> guess_one_text(std::span<const std::string> program) {
  const std::string& first = program.front();
  if (first.find(' ') == std::string::npos || is_there(first)) {
    return std::nullopt;
  }
  const bool shell = first.find_first_of("|;&<>$`") != std::string::npos;
  return ProgramGuess{formatted("'{}' is one word, and {}",
                                first,
                                shell ? "what it contains needs a shell"
                                      : "a program and its arguments are separate words"),
                      with_first(program, shell ? Words{"sh", "-c", first} : split_words(first))};
}

std::optional<ProgramGuess> guess_variable(std::span<const std::string> program) {
  const auto equals = program.front().find('=');
  if (equals == std::string::npos || equals == 0 || is_there(program.front())) {
    return std::nullopt;
  }
  return ProgramGuess{formatted("'{}' sets a variable, which env does", program.front()),
                      with_first(program, {"env", program.front()})};
}

// A script that is there and can't be run by its name.
std::optional<ProgramGuess> guess_script(std::span<const std::string> program) {
  const std::string& first = program.front();
  const bool path = first.find('/') != std::string::npos;
  std::error_code ignored;
  if (!fs::is_regular_file(first, ignored) || (!path && is_in_path(first))) {
    return std::nullopt;
  }
  const std::string interpreter = interpreter_of(first);
  const bool executable = is_executable_file(first);
  if (executable && path && (has_shebang(first) || interpreter.empty())) {
    return std::nullopt;
  }
  if (executable && (has_shebang(first) || interpreter.empty())) {
    return ProgramGuess{formatted("'{}' is not in PATH, but here", first),
                        with_first(program, {"./" + first})};
  }
  const std::string problem =
      formatted("'{}' {}", first, executable ? "has no #! line" : "is not executable (chmod +x)");
  return interpreter.empty()
             ? ProgramGuess{problem + "; make it so, or put its interpreter before it", {}}
             : ProgramGuess{problem + "; its interpreter can run it",
                            with_first(program, {interpreter, first})};
}

std::optional<ProgramGuess> guess_name(std::span<const std::string> program) {
  const std::string& first = program.front();
  if (is_program_there(first)) {
    return std::nullopt;
  }
  if (!is_in_path(first) && first == "python" && is_in_path("python3")) {
    return ProgramGuess{"there is no program 'python'; did you mean 'python3'?",
                        with_first(program, {"python3"})};
  }
  if (first.find('/') != std::string::npos || !interpreter_of(first).empty()) {
    ProgramGuess guess = missing_file(program, 0);
    if (!guess.program.empty()) {
      const auto again = guess_script(guess.program);
      guess.program = again && !again->program.empty() ? again->program : guess.program;
      return guess;
    }
  }
  return ProgramGuess{formatted("there is no program '{}'; check its path, which is relative to "
                                "the working directory, or PATH",
                                first),
                      {}};
}

// The script of an interpreter.
std::optional<ProgramGuess> guess_argument(std::span<const std::string> program) {
  if (!is_interpreter(program.front())) {
    return std::nullopt;
  }
  for (std::size_t i = 1; i < program.size(); ++i) {
    const std::string& word = program[i];
    if (word == "-c" || word == "-m" || word.find('{') != std::string::npos) {
      return std::nullopt;
    }
    if (!word.starts_with('-')) {
      const bool script = !interpreter_of(word).empty();
      return script && !is_there(word) ? std::optional(missing_file(program, i)) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_program_there(const std::string& program) {
  return program.find('{') != std::string::npos ||
         (program.find('/') != std::string::npos ? is_there(program) : is_in_path(program));
}

std::optional<ProgramGuess> guess_program(std::span<const std::string> program,
                                          std::span<const std::string> parameters) {
  for (const auto guess :
       {guess_one_text, guess_variable, guess_script, guess_name, guess_argument}) {
    if (auto found = guess(program)) {
      return found;
    }
  }
  auto placeholders = guess_placeholders(program, parameters);
  if (placeholders.as_typed.empty()) {
    return std::nullopt;
  }
  return ProgramGuess{formatted("'{}' is not a placeholder; the parameter is {} here",
                                placeholders.as_typed,
                                placeholders.meant),
                      std::move(placeholders.program)};
}

}  // namespace luthier::cli

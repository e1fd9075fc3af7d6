#include "executors/programs/warm/python_command.h"

#include <algorithm>
#include <fstream>
#include <string_view>
#include <utility>

namespace luthier {
namespace {

using Words = std::vector<std::string>;

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

// python, python3, python3.11
bool is_python(std::string_view path) {
  constexpr std::string_view kName = "python";
  const std::string_view name = file_name(path);
  return name.starts_with(kName) &&
         name.find_first_not_of("0123456789.", kName.size()) == std::string_view::npos;
}

std::string unfit_option(char option) {
  return std::string("has the option -") + option;
}

// What one word of options means.
struct Option {
  enum class Kind { flags, takes_next, code_here, code_next, other } kind = Kind::flags;
  std::string unfit;
};

Option read_option(std::string_view word) {
  Option option;
  for (std::size_t i = 1; i < word.size(); ++i) {
    const char letter = word[i];
    const bool last = i + 1 == word.size();
    switch (letter) {
      case 'c':
      case 'm':
        option.kind = last ? Option::Kind::code_next : Option::Kind::code_here;
        return option;
      case 'W':
      case 'X':
        option.kind = last ? Option::Kind::takes_next : Option::Kind::flags;
        return option;
      case 'E':
      case 'I':
      case 'S':
      case 'i':
        option.unfit = unfit_option(letter);
        break;
      case 'h':
      case 'V':
      case '?':
      case '-':
        option.kind = Option::Kind::other;
        return option;
      default:
        break;
    }
  }
  return option;
}

// Of an interpreter's arguments from `at` on. `script_follows`: the system adds the script.
std::optional<PythonCommand> read_options(const Words& words, std::size_t at, bool script_follows) {
  PythonCommand command;
  for (; at < words.size() && words[at].starts_with('-') && words[at] != "-"; ++at) {
    if (words[at] == "--check-hash-based-pycs") {
      ++at;
      continue;
    }
    const Option option = read_option(words[at]);
    command.unfit = command.unfit.empty() ? option.unfit : command.unfit;
    switch (option.kind) {
      case Option::Kind::flags:
        break;
      case Option::Kind::takes_next:
        ++at;
        break;
      case Option::Kind::code_here:
        command.own_begin = at + 1;
        return command;
      case Option::Kind::code_next:
        command.own_begin = at + 2;
        return at + 1 < words.size() ? std::optional(command) : std::nullopt;
      case Option::Kind::other:
        return std::nullopt;
    }
  }
  const bool has_script = at < words.size() && words[at] != "-";
  command.own_begin = at + 1;
  return has_script || script_follows ? std::optional(command) : std::nullopt;
}

// The words after `env`: nothing but options that it passes on, then Python.
std::optional<PythonCommand> read_env(const Words& words, std::size_t at, bool script_follows) {
  if (at < words.size() && (words[at] == "-S" || words[at] == "--split-string")) {
    ++at;
  }
  if (at < words.size() && is_python(words[at])) {
    return read_options(words, at + 1, script_follows);
  }
  return std::nullopt;
}

Words split_words(std::string_view text) {
  Words words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) {
      return words;
    }
    const std::size_t end = std::min(text.find_first_of(" \t\r", begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
}

std::string first_line(const std::string& path) {
  constexpr std::size_t kLongest = 256;  // what the kernel reads
  std::ifstream file(path, std::ios::binary);
  std::string line(kLongest, '\0');
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(file.gcount()));
  return line.substr(0, line.find('\n'));
}

std::optional<PythonCommand> read_script(const std::string& path) {
  const std::string line = first_line(path);
  if (!line.starts_with("#!")) {
    return std::nullopt;
  }
  const Words words = split_words(std::string_view(line).substr(2));
  std::optional<PythonCommand> found;
  if (!words.empty() && is_python(words.front())) {
    found = read_options(words, 1, true);
  } else if (!words.empty() && file_name(words.front()) == "env") {
    found = read_env(words, 1, true);
  }
  if (found) {
    found->own_begin = 1;
  }
  return found;
}

}  // namespace

std::optional<PythonCommand> python_command(const std::string& path, const Words& arguments) {
  if (is_python(path)) {
    return read_options(arguments, 1, false);
  }
  if (file_name(path) == "env") {
    return read_env(arguments, 1, false);
  }
  return read_script(path);
}

}  // namespace luthier

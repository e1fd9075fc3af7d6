#include "cli/options/default_name.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>
#include <string_view>

#include "base/format.h"
#include "cli/options/run_checks.h"

namespace luthier::cli {
namespace {

// "python3 train.py": people call that program train; the text of "sh -c TEXT" is no name.
bool is_interpreter(const std::string& program) {
  constexpr std::array<std::string_view, 10> kNames = {
      "python", "bash", "sh", "zsh", "node", "perl", "ruby", "Rscript", "julia", "env"};
  const auto end = program.find_first_of("0123456789.");
  return std::ranges::find(kNames, std::string_view(program).substr(0, end)) != kNames.end();
}

}  // namespace

std::string default_name(const ExperimentSpec& spec) {
  const auto& command = spec.command;
  const std::string function = function_of(spec);
  const std::string first =
      function.empty() ? command.front() : function.substr(0, function.find(':'));
  std::string program = std::filesystem::path(first).stem().string();
  for (std::size_t i = 1; i < command.size() && is_interpreter(program); ++i) {
    if (command[i].find_first_of(" \t\n;") != std::string::npos) {
      break;
    }
    if (!command[i].starts_with('-')) {
      program = std::filesystem::path(command[i]).stem().string();
    }
  }
  std::string name;
  for (const char c : program) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || (c == '-' && !name.empty());
    name += plain ? std::string(1, c) : "";
  }
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 32> stamp;
  const std::size_t size = std::strftime(stamp.data(), stamp.size(), "%Y-%m-%d-%H%M%S", &local);
  return formatted(
      "{}-{}", name.empty() ? "experiment" : name.substr(0, 64), std::string(stamp.data(), size));
}

}  // namespace luthier::cli

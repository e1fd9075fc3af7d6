#include "tuner/advice.h"

#include <algorithm>

#include "base/format.h"
#include "store/experiment_lock.h"
#include "store/unborn.h"
#include "tuner/assembly.h"
#include "tuner/executor_table.h"

namespace luthier {

std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./,:=@%+").find(c) != std::string_view::npos;
  });
  if (plain) {
    return text;
  }
  std::string out = "'";
  for (const char c : text) {
    out += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return out + "'";
}

std::string command_line(std::string_view command,
                         const std::filesystem::path& directory,
                         std::string_view options) {
  std::string line = "luthier ";
  line.append(command).append(" ").append(shell_word(directory.filename().string()));
  if (!options.empty()) {
    line.append(" ").append(options);
  }
  if (const std::string option = results_option(directory.parent_path()); !option.empty()) {
    line += " " + option;
  }
  return line;
}

std::string results_option(const std::filesystem::path& results) {
  return results == SessionOptions().results ? "" : "--results " + shell_word(results.string());
}

bool is_taken(const std::filesystem::path& directory) {
  std::error_code ignored;
  const auto there = std::filesystem::symlink_status(directory, ignored);
  return std::filesystem::exists(there) &&
         (ExperimentLock::is_held(directory) || !is_unborn(directory));
}

std::string never_begun_text(const std::filesystem::path& directory) {
  return formatted(
      "'{}' in {} never began: its first start was cut off (killed, or no room on the disk) before "
      "anything was logged; start it again with `luthier run`, its name is free",
      directory.filename().string(),
      directory.parent_path().string());
}

std::string way_on(std::string_view command,
                   const ExperimentSpec& spec,
                   const std::filesystem::path& directory,
                   std::string_view options) {
  const ExecutorRow* executor = find_executor(spec.executor);
  if (executor != nullptr && executor->function_for != nullptr) {
    return formatted("`{}` in its {} program", executor->function_for(command), executor->language);
  }
  return formatted("`{}`", command_line(command, directory, options));
}

std::string logs_command(const ExperimentSpec& spec, const std::filesystem::path& directory) {
  const ExecutorRow* executor = find_executor(spec.executor);
  const bool kept = executor != nullptr && executor->runs_programs;
  return kept && !directory.empty() ? command_line("logs", directory, "TRIAL") : std::string();
}

std::string taken_text(const std::filesystem::path& directory) {
  const std::string name = formatted("'{}'", directory.filename().string());
  const std::string place = " in " + directory.parent_path().string();
  std::error_code ignored;
  if (!std::filesystem::exists(directory / "experiment.db", ignored)) {
    return formatted(
        "there is a {}{} that is not an experiment; choose another --name, or remove it",
        name,
        place);
  }
  const std::string there = formatted("there is an experiment {}{}", name, place);
  if (const auto running = holder(directory)) {
    return formatted(
        "{}, run by process {} on {}; choose another --name", there, running->pid, running->host);
  }
  const auto state = read_state(directory);
  if (!state) {
    return there + " that can't be read; choose another --name";
  }
  const ExperimentSpec& spec = (*state)->spec();
  return formatted(
      "{}{}, or choose another --name",
      there,
      (*state)->finished()
          ? ", which has ended; add samples with " + way_on("extend", spec, directory, "-n N")
          : ", which was interrupted; resume it with " + way_on("resume", spec, directory));
}

}  // namespace luthier

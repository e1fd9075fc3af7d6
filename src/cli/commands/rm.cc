// Removes an experiment from disk, after asking.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <span>

#include "base/failure.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "core/json_writer.h"
#include "tuner/advice.h"
#include "tuner/assembly.h"
#include "tuner/stored/experiment_removal.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier rm digits"),
                                  std::string_view("luthier rm last --yes")};
constexpr std::array kOperands = {kExperiment};
constexpr std::array kOptions = {
    Option{.name = "yes", .letter = 'y', .meaning = "remove it without asking"}, kResults, kJson};

std::string megabytes(std::int64_t bytes) {
  return short_number(static_cast<double>((bytes + 99'999) / 100'000) / 10) + " MB";
}

// "X/trials/.." and "." lead to an experiment whose name was not typed.
Result<> check_named(const std::string& typed, const std::filesystem::path& directory) {
  const auto end = typed.find_last_not_of('/');
  const auto name = std::filesystem::path(typed.substr(0, end + 1)).filename();
  if (end == std::string::npos || (name != "." && name != "..")) {
    return {};
  }
  return failure(ErrorCode::invalid_argument,
                 "'{}' leads to {}, and rm takes an experiment by its own name; type: {}",
                 typed,
                 directory.string(),
                 command_line("rm", directory));
}

// "notes.txt and 2 more"; they are of someone else.
std::string names_text(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  const auto shown = std::span(names).first(std::min(names.size(), kShown));
  const std::size_t more = names.size() - shown.size();
  return join(shown, ", ") + (more > 0 ? formatted(" and {} more", more) : "");
}

std::string left_text(const std::filesystem::path& directory) {
  const auto left = foreign_entries(directory);
  return left.empty() ? ""
                      : formatted("; {}{} in {}: not the experiment's",
                                  names_text(left),
                                  left.size() == 1 ? " stays" : " stay",
                                  directory.string());
}

// "'digits' in luthier-results (finished, 20 trials, 3.4 MB)"
std::string described(const std::filesystem::path& directory) {
  std::string text = formatted("'{}'", directory.filename().string());
  if (directory.has_parent_path()) {
    text += " in " + directory.parent_path().string();
  }
  const auto state = read_state(directory);
  text += state ? formatted(" ({}, {}, ",
                            stored_state_text(**state, directory),
                            counted((*state)->trial_count(), "trial"))
                : " (unreadable, ";
  return formatted("{}{})", text, megabytes(bytes_on_disk(directory)));
}

bool is_yes(const std::string& answer) {
  const auto word = trim(answer);
  return word == "y" || word == "Y" || word == "yes" || word == "Yes";
}

bool confirmed(const std::string& what) {
  std::fputs(formatted("remove experiment {}? [y/N] ", printable(what)).c_str(), stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return is_yes(answer);
}

int run(const Arguments& arguments) {
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  if (const auto named = check_named(arguments.operands().front(), *directory); !named) {
    return fail(named.error());
  }
  if (const auto checked = check_removable(*directory); !checked) {
    return fail(checked.error());
  }
  const std::string what = described(*directory);
  const std::string left = left_text(*directory);
  if (!arguments.has("yes")) {
    if (::isatty(STDIN_FILENO) != 1) {
      return fail_usage(formatted(
          "removing {} needs an answer, and standard input is not a terminal; give --yes", what));
    }
    if (!confirmed(what + left)) {
      talk("nothing is removed");
      return kExperimentFailed;
    }
  }
  if (const auto removed = remove_experiment(*directory); !removed) {
    return fail(removed.error());
  }
  if (arguments.has("json")) {
    std::string out;
    JsonWriter(out)
        .object()
        .field("schema", 1)
        .field("experiment", directory->filename().string())
        .field("directory", directory->string())
        .field("removed", true)
        .field("left", foreign_entries(*directory))
        .end();
    return finish(out + "\n");
  }
  talk(formatted("removed {}{}", what, left));
  return kSuccess;
}

}  // namespace

extern const Command kRm;
const Command kRm = {.name = "rm",
                     .summary = "remove an experiment and all its files, after asking",
                     .examples = kExamples,
                     .operands = kOperands,
                     .options = kOptions,
                     .run = run};

}  // namespace luthier::cli

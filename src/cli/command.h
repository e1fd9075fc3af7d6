// Command: one sub-command as data. Parsing, --help, completion and the tables of docs/cli.md are
// all derived from these rows.
#pragma once

#include <span>
#include <string_view>

namespace luthier::cli {

class Arguments;

// What an option's argument or an operand is, for completion.
enum class Completes { nothing, file, directory, experiment, searcher, scheduler, logger, words };

struct Option {
  std::string_view name;           // without the dashes
  char letter = 0;                 // 0: it has no short form
  std::string_view argument = {};  // how help calls it; empty: a switch
  std::string_view meaning = {};   // a phrase; the default included
  std::string_view group = {};     // heading in help and table in a TOML file
  bool repeatable = false;
  Completes completes = Completes::nothing;
  std::string_view words = {};  // those of Completes::words, parted by blanks

  bool takes_value() const { return !argument.empty(); }
};

struct Operand {
  std::string_view name;  // "EXPERIMENT"
  bool required = true;
  bool repeatable = false;
  Completes completes = Completes::nothing;
  std::string_view words = {};
};

struct Command {
  std::string_view name;
  std::string_view summary;
  std::span<const std::string_view> examples;
  std::span<const Operand> operands = {};
  std::span<const Option> options = {};
  bool takes_program = false;                        // "-- PROGRAM ARGUMENTS" may follow
  int (*run)(const Arguments& arguments) = nullptr;  // returns the exit code
};

// Every sub-command, in the order of help.
std::span<const Command* const> commands();

// Options that several commands share.
inline constexpr Option kResults{.name = "results",
                                 .argument = "DIR",
                                 .meaning = "where experiments are kept (default: luthier-results)",
                                 .completes = Completes::directory};
inline constexpr Option kJson{.name = "json", .meaning = "print JSON, one object a line"};
inline constexpr Option kPlugin{.name = "plugin",
                                .argument = "LIB.so",
                                .meaning = "load own searchers and schedulers from a library",
                                .repeatable = true,
                                .completes = Completes::file};
inline constexpr Operand kExperiment{.name = "EXPERIMENT", .completes = Completes::experiment};
inline constexpr Operand kTrial{.name = "TRIAL"};

}  // namespace luthier::cli

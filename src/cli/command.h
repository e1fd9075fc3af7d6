// Command: one sub-command as data. Parsing, --help, completion and the tables of docs/cli.md are
// all derived from these rows.
#pragma once

#include <span>
#include <string_view>

#include "luthier/error.h"

namespace luthier::cli {

class Arguments;
struct ExperimentRequest;
struct Setting;

// What an option's argument or an operand is, for completion.
enum class Completes { nothing, file, directory, experiment, searcher, scheduler, logger, words };

// Where an option of experiments may stand: bits of Option::where. Named as columns of its table.
// NOLINTBEGIN(readability-identifier-naming)
namespace in {
inline constexpr unsigned run = 1;        // `run` and `try`
inline constexpr unsigned file = 2;       // a TOML file that they are given
inline constexpr unsigned bundle = 4;     // `run --from BUNDLE`
inline constexpr unsigned resume = 8;     // `resume`, `retry` and `extend`
inline constexpr unsigned extend = 16;    // `extend`, which two more are for
inline constexpr unsigned simulate = 32;  // `simulate`
}  // namespace in
// NOLINTEND(readability-identifier-naming)

struct Option {
  std::string_view name;               // without the dashes; the key in a TOML file
  char letter = 0;                     // 0: it has no short form
  std::string_view argument = {};      // how help calls it; empty: a switch
  std::string_view meaning = {};       // a phrase
  std::string_view default_text = {};  // what holds without it
  std::string_view group = {};         // heading in help and table in a TOML file
  bool repeatable = false;
  Completes completes = Completes::nothing;
  std::string_view words = {};  // those of Completes::words, parted by blanks

  // Of experiments, in option_table.cc:
  unsigned where = 0;
  bool adds = false;   // to what a file says, instead of replacing it
  bool again = false;  // no log holds it: to resume as before, it is said again
  Result<> (*set)(ExperimentRequest& request, const Setting& setting) = nullptr;

  constexpr bool takes_value() const { return !argument.empty(); }
  constexpr bool stands(unsigned place) const { return (where & place) != 0; }
};

struct Operand {
  std::string_view name;  // "EXPERIMENT"
  bool required = true;
  bool repeatable = false;
  Completes completes = Completes::nothing;
  std::string_view words = {};
};

// An option that the command had once, and what does its work now.
struct FormerOption {
  std::string_view name;
  std::string_view instead;  // a sentence without its full stop
};

struct Command {
  std::string_view name;
  std::string_view summary;
  std::span<const std::string_view> examples;
  std::span<const Operand> operands = {};
  std::span<const Option> options = {};
  std::span<const FormerOption> former = {};
  bool takes_program = false;                        // "-- PROGRAM ARGUMENTS" may follow
  int (*run)(const Arguments& arguments) = nullptr;  // returns the exit code
};

// Every sub-command, in the order of help.
std::span<const Command* const> commands();

// Options that several commands share.
inline constexpr Option kResults{
    .name = "results",
    .argument = "DIR",
    .meaning = "the directory of experiments (default: luthier-results)",
    .completes = Completes::directory};
inline constexpr Option kJson{.name = "json", .meaning = "print JSON, one object per line"};
inline constexpr Option kPlugin{.name = "plugin",
                                .argument = "LIB.so",
                                .meaning = "load your own searchers and schedulers from a library",
                                .repeatable = true,
                                .completes = Completes::file};
inline constexpr Operand kExperiment{.name = "EXPERIMENT", .completes = Completes::experiment};
inline constexpr Operand kTrial{.name = "TRIAL"};

}  // namespace luthier::cli

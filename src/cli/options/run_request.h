// RunRequest: everything `luthier run` was told, from a file and from options. A TOML file knows
// the names of the options (run_options.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.h"
#include "luthier/experiment_spec.h"

namespace luthier::cli {

// One setting and where it stood.
struct Setting {
  std::string name;  // of the option, without dashes
  std::string value;
  std::string place;  // "--seed" or "tune.toml, line 3: seed"; begins each message about it
};

// Trying needs no objective: it offers what could be one.
enum class Purpose : std::uint8_t { running, trying };

struct RunRequest {
  ExperimentSpec spec;
  SessionSetup session;
  bool name_given = false;
  bool budget_given = false;             // how many trials, or for how long
  std::vector<Setting> known = {};       // as named; add_known_results() reads them
  std::vector<Setting> stop_rules = {};  // read once the objectives are known
  std::string verb;                      // the command
  std::vector<std::string> typed;        // the words of the command, for messages that mend them
};

// What a TOML file holds: settings, the space and the program.
struct ExperimentFile {
  std::vector<Setting> settings;
  Space space;
  std::vector<std::string> command;
};

// The options override what the file says: a setting by the same name, a parameter by the same
// name, the program. The error lists every problem, one a line.
Result<RunRequest> make_run_request(const Arguments& arguments,
                                    const std::optional<ExperimentFile>& file,
                                    Purpose purpose = Purpose::running);

}  // namespace luthier::cli

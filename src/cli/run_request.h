// RunRequest: everything `luthier run` was told, from a file and from options. A TOML file knows
// the names of the options (run_options.h).
#pragma once

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

struct RunRequest {
  ExperimentSpec spec;
  SessionSetup session;
  bool name_given = false;
  std::vector<Setting> stop_rules = {};  // read once the objectives are known
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
                                    const std::optional<ExperimentFile>& file);

}  // namespace luthier::cli

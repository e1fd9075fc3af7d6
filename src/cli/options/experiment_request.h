// ExperimentRequest: everything a command that runs experiments was told, by its options and by a
// TOML file. The options themselves stand in option_table.h.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "cli/options/arguments.h"
#include "core/space/shared_space.h"
#include "laboratory/simulation/simulation_options.h"
#include "luthier/experiment_spec.h"
#include "tuner/assembly.h"

namespace luthier::cli {

// One setting and where it stood.
struct Setting {
  const Option* option = nullptr;
  std::string value;
  std::string place;  // "--seed" or "tune.toml, line 3: seed"; begins each message about it
};

// Trying needs no objective: it offers what could be one.
enum class Purpose : std::uint8_t { running, trying };

struct ExperimentRequest {
  ExperimentSpec spec;
  SharedSpace space = nullptr;  // the spec's, compiled; null: not yet
  PluginRegistry plugins = {};
  RunContext options = {};
  bool plain = false;
  bool pages = false;              // run --ui
  std::int64_t pages_port = 7420;  // of them
  int verbosity = 1;               // 0 quiet, 2 verbose
  bool name_given = false;
  bool budget_given = false;               // how many trials, or for how long
  std::set<std::string> parameters = {};   // those that options named
  std::vector<Setting> known = {};         // as named; add_known_results() reads them
  std::vector<Setting> related = {};       // the same
  std::vector<Setting> stop_rules = {};    // read once the objectives are known
  std::vector<Setting> requirements = {};  // the same
  std::vector<Setting> again = {};         // what a resume has to be told again
  Extension extension = {};                // extend
  SimulationOptions simulation = {};       // simulate; its seeds are spec.seed and those after it
  std::int64_t seeds = 1;
  double tolerance = 0;                 // run --from
  std::string verb = {};                // the command
  std::vector<std::string> typed = {};  // the words of the command, for messages that mend them
};

// The requirements that were given, where these names may stand as they are.
void read_requirements(ExperimentRequest& request,
                       std::span<const std::string> known,
                       std::vector<std::string>& problems);

// What a TOML file holds: settings, the space and the program.
struct ExperimentFile {
  std::vector<Setting> settings;
  Space space;
  std::vector<std::string> command;
};

// What every request begins with.
ExperimentRequest begin_request(const Arguments& arguments);
// What was typed, in order.
std::vector<Setting> settings_of(const Arguments& arguments);
// Puts the settings into the request; a sentence for each that can't be.
void apply(ExperimentRequest& request,
           const std::vector<Setting>& settings,
           std::vector<std::string>& problems);

// The requests of the commands. Each error lists every problem, one a line.

// `run` and `try`. The options override what the file says: a setting by the same name, a parameter
// by the same name, the program.
Result<ExperimentRequest> make_run_request(const Arguments& arguments,
                                           std::optional<ExperimentFile> file,
                                           Purpose purpose = Purpose::running);
// The same with the file of the first operand, if there is one.
Result<ExperimentRequest> read_run_request(const Arguments& arguments,
                                           Purpose purpose = Purpose::running);
// `resume`, `retry` and `extend`.
Result<ExperimentRequest> read_resume_request(const Arguments& arguments);
// `simulate`; the benchmark is open.
Result<ExperimentRequest> read_simulate_request(const Arguments& arguments);

}  // namespace luthier::cli

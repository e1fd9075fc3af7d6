// TriedTrial: what `luthier try` found out about a program, and how it says so.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "executors/results/hearing.h"
#include "luthier/event.h"
#include "luthier/experiment_spec.h"

namespace luthier::cli {

struct TriedTrial {
  std::vector<std::string> command;
  Config config;
  std::vector<Objective> objectives;  // may be empty: then the metrics seen are offered
  std::int64_t results = 0;           // what `run` would count as iterations
  Metrics last;                       // of the last result
  Outcome outcome = Outcome::returned;
  std::string message;  // why it failed
  std::int64_t exit_status = 0;
  double wall_s = 0;
  std::optional<double> first_output_s;  // of either stream; nothing: it wrote none
  bool interrupted = false;              // by a person
  Diagnosis diagnosis;
  std::string understanding;  // what the objective was taken to be, in words; may be empty
};

// It ended well, and reported the objectives if any were named.
bool succeeded(const TriedTrial& trial);
// The option that makes a metric the objective: "--min val_loss".
std::string objective_option(const std::string& metric);
// In words, in lines of at most `columns` (0: any width), without the command that comes next.
std::string tried_text(const TriedTrial& trial, int columns);
std::string tried_json(const TriedTrial& trial);

}  // namespace luthier::cli

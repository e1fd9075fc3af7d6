// What a Tuner has been told so far.
#pragma once

#include <string>
#include <vector>

#include "luthier/tuner.h"
#include "tuner/assembly.h"

namespace luthier {

struct Tuner::Impl {
  ExperimentSpec spec;
  RunContext options;
  PluginRegistry plugins;
  std::vector<std::string> problems;    // of options given as text
  std::vector<std::string> stop_rules;  // read once the objectives are known
  std::vector<std::string> requirements;

  void set_executor_option(const std::string& name, std::string value);
  // To what was given before, with `separator` between.
  void add_executor_option(const std::string& name, char separator, const std::string& value);
  Result<> check() const;             // the problems, one a line
  ExperimentSpec named_spec() const;  // with "experiment" and the date where no name was given
};

}  // namespace luthier

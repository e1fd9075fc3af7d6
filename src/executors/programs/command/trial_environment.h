// The environment a trial's program sees.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "executors/programs/command/parameter_words.h"
#include "luthier/error.h"
#include "luthier/executor.h"

namespace luthier {

// The name of a parameter's variable: LUTHIER_PARAM_ and the name with letters in upper case and
// everything but letters and digits as '_'. "net/lr" -> "LUTHIER_PARAM_NET_LR".
std::string parameter_variable(std::string_view name);
// An error if two of the names give the same variable, or one is empty of letters and digits.
Result<> check_parameter_variables(std::span<const std::string> names);

struct TrialEnvironment {
  const StartRequest* request = nullptr;
  std::filesystem::path directory;       // LUTHIER_TRIAL_DIR
  std::filesystem::path checkpoint_out;  // LUTHIER_CHECKPOINT_OUT; empty: none
  int report_fd = 3;
  const ParameterWords* words = nullptr;  // what programs are told; null: the values themselves
};

// This process's environment without LUTHIER_ variables, and the trial's: "NAME=value". Python
// prints unbuffered unless the user's own PYTHONUNBUFFERED says otherwise.
std::vector<std::string> environment_of(const TrialEnvironment& trial);

}  // namespace luthier

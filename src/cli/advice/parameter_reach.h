// Whether what is varied gets to the program, as far as its command tells.
#pragma once

#include <string>
#include <vector>

#include "luthier/experiment_spec.h"

namespace luthier::cli {

// Parameters that no argument and no file brings to the program: it can see them in its environment
// alone. None where the program, or a file that its command names, mentions LUTHIER_ or luthier.
// Secrets are meant for the environment; what decides about other parameters reaches it by them.
std::vector<std::string> unseen_parameters(const ExperimentSpec& spec);

// Names in braces in the templates of the command that are no placeholder: what stands there stays.
struct StrayName {
  std::string file;
  std::string name;
};
std::vector<StrayName> stray_names(const ExperimentSpec& spec);

}  // namespace luthier::cli

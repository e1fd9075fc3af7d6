// What is wrong with a spec as such, whatever its searcher and its scheduler are.
#pragma once

#include <string>
#include <vector>

#include "luthier/compiled_space.h"
#include "luthier/experiment_spec.h"

namespace luthier {

// Sentences, one a line.
class Problems {
 public:
  void add(std::string problem);  // empty: there is none
  Result<> result() const;        // invalid_argument with all of them

 private:
  std::vector<std::string> all_;
};

void add_objective_problems(const ExperimentSpec& spec, Problems& problems);
void add_number_problems(const ExperimentSpec& spec, Problems& problems);
void add_name_problems(const ExperimentSpec& spec, Problems& problems);
// Beliefs, related tasks, points and known results as they fit the space. Fills in what the last
// two leave open, and orders the results of related tasks.
void settle_contents(ExperimentSpec& spec, const CompiledSpace& space, Problems& problems);

}  // namespace luthier

// Requirements: those of an experiment, and how a trial stands by them. A trial is judged by the
// newest value that it reported of each metric, and by its parameters; one requirement that names a
// parameter which is inactive does not apply.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/expression/requirement.h"
#include "luthier/error.h"
#include "luthier/experiment_spec.h"

namespace luthier {

class Requirements {
 public:
  Requirements() = default;
  static Result<Requirements> make(const ExperimentSpec& spec);

  bool empty() const { return all_.empty(); }
  // What a trial is judged by before its first result: the parameters that are named.
  NamedValues begin(const Config& config) const;
  // The same after its next result.
  void take(NamedValues& values, const Metrics& metrics, std::int64_t iteration) const;
  // In the order of the requirements (TrialResult::excess).
  std::vector<double> excess(const NamedValues& values) const;
  // What is not met, and by which values; empty where all is.
  std::string unmet(const NamedValues& values) const;

 private:
  bool applies(const CompiledRequirement& requirement, const NamedValues& values) const;
  std::string unmet(const CompiledRequirement& requirement, const NamedValues& values) const;

  std::vector<CompiledRequirement> all_;
  std::set<std::string> parameters_;  // those that are named
  std::set<std::string> names_;       // all that are named
};

}  // namespace luthier

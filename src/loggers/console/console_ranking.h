// The best trials by a score that may get worse, the last result or a mean of the last ones: what
// every trial stands at is kept, which the best result ever does not need.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/state/trial_score.h"
#include "luthier/event.h"

namespace luthier {

struct ConsoleBest {  // by one objective
  TrialId trial;
  std::int64_t iteration = 0;
  double value = 0;  // in the objective's own sign
  std::string parameters;
};

class ConsoleRanking {
 public:
  ConsoleRanking(Score score, std::vector<Objective> objectives)
      : score_(score), objectives_(std::move(objectives)), orders_(objectives_.size()) {}

  void on_attempt(const AttemptStarted& started);
  // `excess`: by how much it misses each requirement. An infeasible trial is not ranked.
  void on_result(const ResultReported& result,
                 const std::string& parameters,
                 const std::vector<double>& excess);
  std::optional<ConsoleBest> best(std::size_t objective) const;

 private:
  struct Standing {
    TrialScore score;
    std::int64_t segment = 1;
    std::int64_t iteration = 0;
    std::string parameters;
  };

  Score score_;
  std::vector<Objective> objectives_;
  std::map<TrialId, Standing> standings_;
  std::vector<std::set<std::pair<double, TrialId>>> orders_;  // by objective; finite and feasible
};

}  // namespace luthier

#include "loggers/console/console_ranking.h"

#include <cmath>

#include "core/state/ranked_loss.h"

namespace luthier {

void ConsoleRanking::on_attempt(const AttemptStarted& started) {
  Standing& standing = standings_[started.trial];
  if (standing.segment != started.segment) {
    standing.segment = started.segment;
    standing.score.start_over();
  }
}

void ConsoleRanking::on_result(const ResultReported& result,
                               const std::string& parameters,
                               const std::vector<double>& excess) {
  Standing& standing = standings_[result.trial];
  const std::vector<double> before(standing.score.losses().begin(), standing.score.losses().end());
  const auto losses = standing.score.take(score_, objectives_, result.metrics, excess);
  const bool is_feasible = violation_of(excess) == 0;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    if (!before.empty()) {
      orders_[i].erase({before[i], result.trial});
    }
    if (is_feasible && std::isfinite(losses[i])) {
      orders_[i].insert({losses[i], result.trial});
    }
  }
  standing.iteration = result.training_iteration;
  standing.parameters = parameters;
}

std::optional<ConsoleBest> ConsoleRanking::best(std::size_t objective) const {
  const auto& order = orders_[objective];
  if (order.empty()) {
    return std::nullopt;
  }
  const auto& [loss, trial] = *order.begin();
  const Standing& standing = standings_.at(trial);
  const double sign = objectives_[objective].mode == Mode::min ? 1 : -1;
  return ConsoleBest{trial, standing.iteration, sign * loss, standing.parameters};
}

}  // namespace luthier

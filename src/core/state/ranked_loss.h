// The order of losses where results may miss the experiment's requirements, as one number: every
// result that meets them all stands before every one that does not; these stand by what they miss
// in all, and by their loss where nothing says how much. The numbers keep an order, not distances.
#pragma once

#include <span>
#include <vector>

#include "luthier/trial.h"

namespace luthier {

// `violation`: what a result misses, 0 where it meets every requirement. The loss itself then.
// A loss that is no finite number stays what it is. A loss of kInfeasible or more counts as just
// below it, if results can be infeasible.
double ranked_loss(double loss, double violation);
inline constexpr double kInfeasible = 1e300;
// Of a ranked loss. False for one that is no finite number.
bool is_infeasible(double ranked);
// What ranked_loss was told, to twelve digits; 0 where it is not infeasible.
double violation_in(double ranked);

double violation_of(std::span<const double> excess);
// Of a result's objectives, for searchers and schedulers.
double ranked_loss(const Objective& objective, const TrialResult& result);
std::vector<double> ranked_losses(std::span<const double> losses, double violation);
std::vector<double> ranked_losses(std::span<const Objective> objectives, const TrialResult& result);

}  // namespace luthier

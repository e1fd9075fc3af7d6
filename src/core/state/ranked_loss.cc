#include "core/state/ranked_loss.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/state/trial_score.h"

namespace luthier {
namespace {

// The bits of a double that is not negative are in the order of their numbers. Above kInfeasible
// there is room for those of an amount without its last 8, and then for those of any loss without
// its last 9.
constexpr int kAmountShift = 8;
constexpr int kLossShift = 9;
constexpr std::uint64_t kFirst = std::bit_cast<std::uint64_t>(kInfeasible);
constexpr std::uint64_t kUnknownAmount =
    kFirst +
    (std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity()) >> kAmountShift);
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

// In the order of the losses, negative ones too.
std::uint64_t ordered_bits(double loss) {
  const auto bits = std::bit_cast<std::uint64_t>(loss + 0.0);  // no -0
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

}  // namespace

double ranked_loss(double loss, double violation) {
  if (!std::isfinite(loss)) {
    return loss;
  }
  if (!(violation > 0)) {
    return std::min(loss, std::nextafter(kInfeasible, 0.0));
  }
  const std::uint64_t bits =
      std::isfinite(violation)
          ? kFirst +
                std::max<std::uint64_t>(std::bit_cast<std::uint64_t>(violation) >> kAmountShift, 1)
          : kUnknownAmount + (ordered_bits(loss) >> kLossShift);
  return std::bit_cast<double>(bits);
}

bool is_infeasible(double ranked) {
  return ranked >= kInfeasible && std::isfinite(ranked);
}

double violation_in(double ranked) {
  if (!is_infeasible(ranked)) {
    return 0;
  }
  const std::uint64_t above =
      std::min(std::bit_cast<std::uint64_t>(ranked), kUnknownAmount) - kFirst;
  return std::bit_cast<double>(above << kAmountShift);
}

double violation_of(std::span<const double> excess) {
  double sum = 0;
  for (const double each : excess) {
    sum += std::max(each, 0.0);
  }
  return sum;
}

double violation_of(const TrialResult& result) {
  return violation_of(result.excess);
}

double ranked_loss(const Objective& objective, const TrialResult& result) {
  const double loss = loss_of(objective, result.metrics);
  return result.excess.empty() ? loss : ranked_loss(loss, violation_of(result));
}

std::vector<double> ranked_losses(std::span<const double> losses, double violation) {
  std::vector<double> ranked;
  for (const double loss : losses) {
    ranked.push_back(ranked_loss(loss, violation));
  }
  return ranked;
}

std::vector<double> ranked_losses(std::span<const Objective> objectives,
                                  const TrialResult& result) {
  std::vector<double> losses = losses_of(objectives, result.metrics);
  return result.excess.empty() ? losses : ranked_losses(losses, violation_of(result));
}

}  // namespace luthier

// The rungs of asynchronous successive halving (Li et al. 2018): those of bracket s lie at
// grace_period * rf^(k+s), below or at max_t.
#pragma once

#include <vector>

#include "luthier/decision.h"
#include "luthier/plugin.h"
#include "schedulers/rungs/reading.h"
#include "schedulers/rungs/rung_front.h"

namespace luthier {

struct Ladder {
  // From options max_t, grace_period, reduction_factor and, where there is one, brackets.
  explicit Ladder(const NamedValues& options);

  // Ray Tune's count, its floating-point rounding included: log(1000)/log(10) gives 3 rungs.
  std::size_t rung_count(std::int64_t s) const;
  double milestone(std::int64_t s, std::size_t k) const;

  double max_t;
  double grace_period;
  double reduction_factor;
  std::int64_t brackets = 1;
};
inline constexpr std::size_t kMaximumRungs = 64;

std::vector<OptionSpec> ladder_option_specs();  // without brackets
// Whether the options fit together; the error names scheduler `name`.
Result<> check_ladder(std::string_view name, const Ladder& ladder);

// Which bracket a trial belongs to: softmax over the brackets' numbers of rungs.
class BracketDraw {
 public:
  BracketDraw(const Ladder& ladder, std::uint64_t seed);
  std::size_t operator()(TrialId trial) const;

 private:
  std::uint64_t seed_;
  double total_ = 0;
  std::vector<double> cumulative_;
};

Decision reached_max_t(const Reading& reading, double time, double max_t);
// "loss 0.5, size 3 is number 2 of 9 at iteration 4 by non-domination, ...", for a reason. `count`:
// of all that entered the rung.
std::string number_of_rung(
    const Reading& reading, const RungFront& front, TrialId trial, double count, double milestone);
Decision not_a_number(const Reading& reading, double milestone);

}  // namespace luthier

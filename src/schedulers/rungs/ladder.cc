#include "schedulers/rungs/ladder.h"

#include <cmath>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "luthier/rng.h"

namespace luthier {

Ladder::Ladder(const NamedValues& options)
    : max_t(options.number("max_t")),
      grace_period(options.number("grace_period")),
      reduction_factor(options.number("reduction_factor")),
      brackets(options.find("brackets") != nullptr ? options.integer("brackets") : 1) {}

std::size_t Ladder::rung_count(std::int64_t s) const {
  const double count =
      std::log(max_t / grace_period) / std::log(reduction_factor) - static_cast<double>(s) + 1;
  return count < 1 ? 0 : static_cast<std::size_t>(count);
}

double Ladder::milestone(std::int64_t s, std::size_t k) const {
  return grace_period * std::pow(reduction_factor, static_cast<double>(k) + static_cast<double>(s));
}

std::vector<OptionSpec> ladder_option_specs() {
  return {time_attr_option(),
          {.name = "max_t",
           .default_value = 100.0,
           .meaning = "a trial that reaches this time has completed",
           .minimum = 1e-9,
           .maximum = 1e15},
          {.name = "grace_period",
           .default_value = 1.0,
           .meaning = "time of the first rung: more spares slow starters, less saves more",
           .minimum = 1e-9,
           .maximum = 1e15},
          {.name = "reduction_factor",
           .default_value = 4.0,
           .meaning = "one trial in this many goes on at a rung; more is stricter and leaves fewer "
                      "rungs",
           .minimum = 1.1,
           .maximum = 1e6}};
}

Result<> check_ladder(std::string_view name, const Ladder& ladder) {
  const std::string who = formatted("scheduler '{}'", name);
  if (ladder.grace_period > ladder.max_t) {
    return failure(ErrorCode::invalid_argument,
                   "option grace_period of {} is {}, more than max_t {}; lower it or raise max_t",
                   who,
                   format_number(ladder.grace_period),
                   format_number(ladder.max_t));
  }
  if (ladder.rung_count(0) > kMaximumRungs) {
    return failure(ErrorCode::invalid_argument,
                   "{} would have {} rungs and can have {}; raise reduction_factor or grace_period",
                   who,
                   ladder.rung_count(0),
                   kMaximumRungs);
  }
  return {};
}

BracketDraw::BracketDraw(const Ladder& ladder, std::uint64_t seed) : seed_(seed) {
  const auto most = static_cast<double>(ladder.rung_count(0));
  for (std::int64_t s = 0; s < ladder.brackets; ++s) {
    total_ += std::exp(static_cast<double>(ladder.rung_count(s)) - most);
    cumulative_.push_back(total_);
  }
}

std::size_t BracketDraw::operator()(TrialId trial) const {
  if (cumulative_.size() == 1) {
    return 0;
  }
  Rng rng(seed_, "asha", static_cast<std::uint64_t>(trial.value));
  const double at = rng.uniform() * total_;
  std::size_t s = 0;
  while (s + 1 < cumulative_.size() && at >= cumulative_[s]) {
    ++s;
  }
  return s;
}

Decision reached_max_t(const Reading& reading, double time, double max_t) {
  return {.kind = DecisionKind::stop,
          .reason = "reached max_t " + format_number(max_t) + " at " + reading.show_time(time),
          .numbers = {{"max_t", max_t}},
          .completes = true};
}

std::string number_of_rung(
    const Reading& reading, const RungFront& front, TrialId trial, double count, double milestone) {
  return formatted("{} is number {} of {} at {} {}",
                   reading.show(front.losses(trial)),
                   front.rank(trial) + 1,
                   format_number(count),
                   reading.show_time(milestone),
                   kParetoWords);
}

Decision not_a_number(const Reading& reading, double milestone) {
  return {.kind = DecisionKind::stop,
          .reason =
              formatted("its result is NaN or infinite at the rung of {}, worse than every number",
                        reading.show_time(milestone)),
          .numbers = {{"rung", milestone}}};
}

}  // namespace luthier

#include "schedulers/rungs/reading.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "core/state/ranked_loss.h"

namespace luthier {
namespace {

constexpr std::string_view kIteration = "training_iteration";

// For a person: the numbers of the decision hold every digit.
std::string readable(double number) {
  const bool whole = number == std::floor(number) && std::abs(number) < 1e15;
  return whole ? format_number(number) : short_number(number);
}

std::string infeasible_text(double ranked) {
  const double violation = violation_in(ranked);
  return std::isfinite(violation) ? "infeasible (by " + short_number(violation) + ")"
                                  : "infeasible";
}

}  // namespace

OptionSpec time_attr_option() {
  return {.name = "time_attr",
          .type = OptionType::text,
          .default_value = kIteration,
          .meaning =
              "what counts as time: training_iteration, or a metric that grows while a trial "
              "trains (epochs, samples, seconds)"};
}

Reading::Reading(const PluginContext& context)
    : objectives_(context.objectives.begin(), context.objectives.end()),
      time_attr_(context.options.text("time_attr")),
      by_iteration_(time_attr_ == kIteration) {}

std::optional<double> Reading::time(const TrialResult& result) const {
  if (by_iteration_) {
    return static_cast<double>(result.training_iteration);
  }
  const Value* value = result.metrics.find(time_attr_);
  const auto number = value != nullptr ? value->number() : std::nullopt;
  return number && std::isfinite(*number) ? number : std::nullopt;
}

bool Reading::has_loss(const TrialResult& result) const {
  return std::ranges::all_of(objectives_, [&](const Objective& objective) {
    const Value* value = result.metrics.find(objective.metric);
    return value != nullptr && !value->is_null();
  });
}

double Reading::loss(const TrialResult& result) const {
  double worst = -std::numeric_limits<double>::infinity();
  for (const Objective& objective : objectives_) {
    worst = std::max(worst, loss_of(objective, result.metrics));
  }
  return std::isfinite(worst) ? ranked_loss(objectives_.front(), result) : worst;
}

std::vector<double> Reading::losses(const TrialResult& result) const {
  return ranked_losses(objectives_, result);
}

double Reading::value(double loss) const {
  const double told = is_infeasible(loss) ? kInfeasible : loss;
  return objectives_.front().mode == Mode::max ? 0 - told : told;
}

std::string Reading::show(double loss) const {
  if (is_infeasible(loss)) {
    return infeasible_text(loss);
  }
  return std::isfinite(loss) ? readable(value(loss)) : "NaN or infinite";
}

std::string Reading::show(std::span<const double> losses) const {
  if (is_infeasible(losses.front())) {
    return infeasible_text(losses.front());
  }
  std::string text;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const double value = objectives_[i].mode == Mode::max ? 0 - losses[i] : losses[i];
    text += (i == 0 ? "" : ", ") + objectives_[i].metric + " " +
            (std::isfinite(value) ? readable(value) : "NaN or infinite");
  }
  return text;
}

std::string Reading::show_time(double time) const {
  return (by_iteration_ ? "iteration" : time_attr_) + " " + readable(time);
}

std::string go_on_text(double count) {
  return count < 1    ? "none goes on yet"
         : count == 1 ? "only the best goes on"
                      : formatted("the best {} go on", format_number(count));
}

}  // namespace luthier

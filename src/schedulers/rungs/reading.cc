#include "schedulers/rungs/reading.h"

#include <cmath>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"

namespace luthier {
namespace {

constexpr std::string_view kIteration = "training_iteration";

// For a person: the numbers of the decision hold every digit.
std::string readable(double number) {
  const bool whole = number == std::floor(number) && std::abs(number) < 1e15;
  return whole ? format_number(number) : short_number(number);
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
    : objective_(context.objectives.front()),
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
  const Value* value = result.metrics.find(objective_.metric);
  return value != nullptr && !value->is_null();
}

std::string Reading::show(double loss) const {
  return std::isfinite(loss) ? readable(value(loss)) : "NaN or infinite";
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

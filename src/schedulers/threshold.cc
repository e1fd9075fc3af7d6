// Stops a trial whose result leaves the range between two bounds, as Optuna's ThresholdPruner does.
// Departure from Optuna: NaN and both infinities stop a trial, whichever bound is given.
#include <cmath>
#include <limits>

#include "base/failure.h"
#include "base/text.h"
#include "luthier/scheduler.h"
#include "schedulers/rungs/pruner.h"
#include "schedulers/rungs/reading.h"

namespace luthier {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double bound_or(const NamedValues& options, std::string_view name, double otherwise) {
  return options.find(name) != nullptr ? options.number(name) : otherwise;
}

class Threshold : public TrialScheduler {
 public:
  explicit Threshold(const PluginContext& context)
      : reading_(context),
        times_(context.options),
        lower_(bound_or(context.options, "lower", -kInfinity)),
        upper_(bound_or(context.options, "upper", kInfinity)) {}

  Decision on_result(const ExperimentView& /*view*/,
                     TrialId trial,
                     const TrialResult& result) override {
    const auto time = reading_.time(result);
    if (!time) {
      return {.reason = "no time yet"};
    }
    if (!reading_.has_loss(result)) {
      return {.reason = "no metric yet"};
    }
    if (!times_.is_due(trial, *time)) {
      return {.reason = "not judged at this time"};
    }
    const double loss = reading_.loss(result);
    if (!std::isfinite(loss)) {
      return {.kind = DecisionKind::stop,
              .reason = "its result is NaN or infinite at " + reading_.show_time(*time)};
    }
    const double value = reading_.value(loss);
    if (value >= lower_ && value <= upper_) {
      return {.reason = "between the bounds"};
    }
    const double bound = value < lower_ ? lower_ : upper_;
    return {.kind = DecisionKind::stop,
            .reason = reading_.show(loss) + " at " + reading_.show_time(*time) + " is " +
                      (value < lower_ ? "below the lower bound " : "above the upper bound ") +
                      format_number(bound),
            .numbers = {{"value", value}, {"bound", bound}, {"time", *time}}};
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    return first_in_first_out(view);
  }

 private:
  Reading reading_;
  CheckTimes times_;
  double lower_;
  double upper_;
};

Result<std::unique_ptr<TrialScheduler>> make(const PluginContext& context) {
  const double lower = bound_or(context.options, "lower", -kInfinity);
  const double upper = bound_or(context.options, "upper", kInfinity);
  if (lower == -kInfinity && upper == kInfinity) {
    return Error{ErrorCode::invalid_argument,
                 "scheduler 'threshold' has no bound; give option lower, upper or both"};
  }
  if (lower > upper) {
    return failure(ErrorCode::invalid_argument,
                   "option lower of scheduler 'threshold' is {}, more than upper {}; exchange them",
                   format_number(lower),
                   format_number(upper));
  }
  return std::unique_ptr<TrialScheduler>(std::make_unique<Threshold>(context));
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> all = {
      time_attr_option(),
      {.name = "lower",
       .default_value = {},
       .meaning = "a result below it stops the trial; absent: no bound"},
      {.name = "upper",
       .default_value = {},
       .meaning = "a result above it stops the trial; absent: no bound"}};
  for (OptionSpec& each : check_time_option_specs()) {
    all.push_back(std::move(each));
  }
  return all;
}

}  // namespace

SchedulerPlugin scheduler_threshold() {
  return {.info = {.summary = "stops a trial whose result leaves the range between two bounds",
                   .options = options()},
          .make = make};
}

}  // namespace luthier

#include "engine/rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "core/log/log_words.h"

namespace luthier {
namespace {

Mode mode_of(const ExperimentSpec& spec, const std::string& metric) {
  const auto found = std::ranges::find(spec.objectives, metric, &Objective::metric);
  return found == spec.objectives.end() ? Mode::min : found->mode;
}

// "expr(a * 2)" or "a * 2" or "2".
std::string_view formula(std::string_view text) {
  text = trim(text);
  if (text.starts_with("expr(") && text.ends_with(")")) {
    text = text.substr(5, text.size() - 6);
  }
  return text;
}

// Improvement over the last `window` entries of losses to minimise; nothing while there are fewer.
template <class Losses>
std::optional<double> improvement(const Losses& losses, std::int64_t window, double sign) {
  const auto size = static_cast<std::int64_t>(losses.size());
  if (window < 1 || size < window + 1) {
    return std::nullopt;
  }
  const double before = sign * losses[static_cast<std::size_t>(size - window - 1)];
  double best = std::numeric_limits<double>::infinity();
  for (std::int64_t i = size - window; i < size; ++i) {
    best = std::min(best, sign * losses[static_cast<std::size_t>(i)]);
  }
  return before - best;
}

}  // namespace

Result<Rules> Rules::make(const ExperimentSpec& spec) {
  Rules rules;
  std::vector<std::string> problems;
  std::vector<std::string> parameters;
  for (const Parameter& parameter : spec.space.parameters()) {
    parameters.push_back(parameter.name);
  }
  for (const StopRule& rule : spec.stop) {
    if (rule.kind == StopRule::Kind::plateau) {
      rules.plateaus_.push_back(rule);
    } else if (rule.kind == StopRule::Kind::experiment_plateau) {
      rules.experiment_plateaus_.push_back(rule);
    } else if (auto expression = parse_expression(rule.text)) {
      rules.conditions_.push_back({rule.text, std::move(*expression)});
    } else {
      problems.push_back(formatted("stop rule '{}': {}", rule.text, expression.error().message));
    }
  }
  rules.reads_ = metric_readings(spec);
  for (const auto& [name, amount] : spec.resources) {
    if (auto expression = parse_expression(formula(amount), parameters)) {
      for (const auto& used : expression->names()) {
        if (std::ranges::find(parameters, used) == parameters.end()) {
          problems.push_back(formatted(
              "resource {} '{}': {}", name, amount, unknown_name("parameter", used, parameters)));
        }
      }
      rules.claims_.push_back({name, std::move(*expression)});
    } else {
      problems.push_back(
          formatted("resource {} '{}': {}", name, amount, expression.error().message));
    }
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return rules;
}

std::string Rules::own_stop(const ExperimentState& state,
                            TrialId trial,
                            const Metrics& metrics) const {
  const ExperimentSpec& spec = state.spec();
  const std::int64_t iteration = state.iteration(trial);
  if (spec.iterations > 0 && iteration >= spec.iterations) {
    return formatted("reached {} iterations", spec.iterations);
  }
  const Value iteration_value(iteration);
  const auto lookup = [&](std::string_view name) -> const Value* {
    return name == "training_iteration" ? &iteration_value : metrics.find(name);
  };
  for (const Condition& condition : conditions_) {
    const auto holds = condition.expression.evaluate(lookup);
    if (holds && holds->boolean() && *holds->boolean()) {
      return formatted("stop rule {} holds", condition.text);
    }
  }
  for (const StopRule& rule : plateaus_) {
    const double sign = mode_of(spec, rule.metric) == Mode::min ? 1.0 : -1.0;
    const auto gain = improvement(state.record(trial).live->recent_losses, rule.window, sign);
    if (gain && *gain < rule.tolerance) {
      return formatted("{} improved by less than {} in the last {} results",
                       rule.metric,
                       format_number(rule.tolerance),
                       rule.window);
    }
  }
  return {};
}

DecisionMade Rules::decide(const ExperimentState& state,
                           TrialId trial,
                           const Metrics& metrics,
                           Decision scheduled,
                           const std::string& scheduler,
                           int version) const {
  const LiveTrial& live = *state.record(trial).live;
  const auto by_plugin = [&](Decision decision) {
    return DecisionMade{trial, state.iteration(trial), std::move(decision), scheduler, version};
  };
  const auto by = [&](Decider decider, Decision decision) {
    return DecisionMade{
        trial, state.iteration(trial), std::move(decision), std::string(to_text(decider)), 0};
  };
  if (!state.closing_reason().empty()) {
    return by(Decider::limit, {.kind = DecisionKind::stop, .reason = state.closing_reason()});
  }
  if (live.stop_requested) {
    return by(live.stop_is_rule ? Decider::rule : Decider::person,
              {.kind = DecisionKind::stop,
               .reason = live.request_reason,
               .completes = live.stop_is_rule});
  }
  if (std::string reason = own_stop(state, trial, metrics); !reason.empty()) {
    return by(Decider::rule,
              {.kind = DecisionKind::stop, .reason = std::move(reason), .completes = true});
  }
  if (live.pause_requested && scheduled.kind != DecisionKind::stop) {
    return by(Decider::person, {.kind = DecisionKind::pause, .reason = live.request_reason});
  }
  const std::int64_t every = state.spec().checkpoint_every;
  if (scheduled.kind == DecisionKind::proceed && every > 0 &&
      state.iteration(trial) - live.last_checkpoint_iteration >= every) {
    scheduled.kind = DecisionKind::checkpoint;
  }
  return by_plugin(std::move(scheduled));
}

std::string Rules::experiment_plateau(const ExperimentState& state) const {
  for (const StopRule& rule : experiment_plateaus_) {
    const auto gain = improvement(state.best_history(), rule.window, 1.0);
    if (gain && *gain < rule.tolerance) {
      return formatted("the best {} improved by less than {} in the last {} trials",
                       rule.metric,
                       format_number(rule.tolerance),
                       rule.window);
    }
  }
  return {};
}

Result<Resources> Rules::resources_for(const Config& config) const {
  Resources resources;
  const auto lookup = [&](std::string_view name) { return config.find(name); };
  for (const Claim& claim : claims_) {
    const auto value = claim.amount.evaluate(lookup);
    const auto number = value ? value->number() : std::nullopt;
    if (!number || !std::isfinite(*number) || *number < 0) {
      return failure(ErrorCode::invalid_argument,
                     "resource {} = {} gives {}; it must be a number of at least 0",
                     claim.name,
                     claim.amount.to_text(),
                     value ? to_json(*value) : value.error().message);
    }
    if (claim.name == "cpu") {
      resources.cpu = *number;
    } else if (claim.name == "gpu") {
      resources.gpu = *number;
    } else if (claim.name == "memory") {
      resources.memory_bytes = static_cast<std::int64_t>(*number);
    } else {
      resources.custom[claim.name] = *number;
    }
  }
  return resources;
}

}  // namespace luthier

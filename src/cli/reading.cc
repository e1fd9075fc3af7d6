#include "cli/reading.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/terminal_text.h"
#include "base/text.h"
#include "core/named_index.h"
#include "tuner/assembly.h"
#include "tuner/stored/experiment_names.h"

namespace luthier::cli {

std::filesystem::path results_directory(const Arguments& arguments) {
  return arguments.text("results").value_or(SessionOptions().results.string());
}

Result<std::filesystem::path> find_experiment(const Arguments& arguments) {
  return look_up_experiment(results_directory(arguments), arguments.operands().front());
}

Result<Experiment> read_experiment(const Arguments& arguments) {
  auto directory = find_experiment(arguments);
  if (!directory) {
    return directory.error();
  }
  auto state = read_state(*directory);
  if (!state) {
    return state.error();
  }
  const bool running = holder(*directory).has_value();
  return Experiment{std::move(*directory), std::move(*state), running};
}

Result<TrialId> find_trial(const ExperimentState& state, const std::string& text) {
  auto trial = parse_trial(text);
  if (trial && !state.has_trial(*trial)) {
    const std::int64_t count = state.trial_count();
    return Error{
        ErrorCode::not_found,
        "experiment '" + state.spec().name + "' has no trial " + to_text(*trial) + "; " +
            (count == 0 ? "it has none yet" : "its trials are 0 to " + std::to_string(count - 1))};
  }
  return trial;
}

std::string_view experiment_state_text(const ExperimentState& state,
                                       const std::filesystem::path& directory) {
  if (holder(directory)) {
    return "running";
  }
  return state.finished() ? "finished" : "interrupted";
}

std::optional<double> best_value(const ExperimentState& state, TrialId trial) {
  if (!std::isfinite(state.record(trial).best_loss)) {
    return std::nullopt;
  }
  const Metrics metrics = state.best_metrics(trial);
  const Value* value = metrics.find(state.objectives().front().metric);
  return value ? value->number() : std::nullopt;
}

std::string_view trial_state_text(const Experiment& experiment, TrialId trial) {
  const TrialState state = experiment.state->state(trial);
  return state == TrialState::running && !experiment.running ? kInterruptedState : to_text(state);
}

std::string trial_json(const Experiment& experiment, TrialId trial) {
  const ExperimentState& state = *experiment.state;
  const TrialRecord& record = state.record(trial);
  const auto best = best_value(state, trial);
  return "{\"schema\": 1, \"trial\": " + std::to_string(trial.value) +
         ", \"state\": " + json_string(trial_state_text(experiment, trial)) +
         ", \"config\": " + to_json(state.config(trial)) +
         ", \"metrics\": " + to_json(state.last_metrics(trial)) +
         ", \"best\": " + (best ? to_json(Value(*best)) : "null") +
         ", \"iterations\": " + std::to_string(record.iteration) +
         ", \"attempts\": " + std::to_string(record.attempts) +
         ", \"proposed_by\": " + json_string(state.proposer(trial)) +
         ", \"reason\": " + json_string(record.reason) + "}";
}

std::vector<TrialId> best_trials(const ExperimentState& state) {
  if (state.objectives().size() > 1) {
    return state.pareto_front();
  }
  const auto best = state.best_trial();
  return best ? std::vector{*best} : std::vector<TrialId>();
}

std::string trial_line(const ExperimentState& state, TrialId trial) {
  std::string line = to_text(trial);
  const Metrics metrics = state.best_metrics(trial);
  for (const Objective& objective : state.objectives()) {
    const Value* value = metrics.find(objective.metric);
    line += "  " + objective.metric + " " + (value ? to_text(*value) : "-");
  }
  line += "  " + config_text(state, state.best_config(trial));
  return line + (state.is_known(trial)                      ? "  (known before, not run here)"
                 : state.state(trial) == TrialState::failed ? "  (failed)"
                                                            : "");
}

bool varies(const Parameter& parameter) {
  return parameter.domain.kind != DomainKind::constant;
}

std::string value_text(const Value& value) {
  const bool real = std::holds_alternative<double>(value.data());
  return real ? short_number(*value.number()) : to_text(value);
}

std::string metrics_text(const Metrics& metrics) {
  std::string text;
  for (const auto& [name, value] : metrics) {
    text += (text.empty() ? "" : "  ") + name + " " + value_text(value);
  }
  return text;
}

std::string config_text(const ExperimentState& state, const Config& config) {
  std::string text;
  const NamedIndex index(config);
  for (const Parameter& parameter : state.space().parameters()) {
    const Value* value = index.find(parameter.name);
    if (varies(parameter) && value) {
      text += (text.empty() ? "" : " ") + parameter.name + "=" + to_text(*value);
    }
  }
  return text;
}

std::string numbers_json(const Numbers& numbers) {
  std::string out;
  for (const auto& [name, number] : numbers) {
    out += (out.empty() ? "" : ", ") + json_string(name) + ": " + to_json(Value(number));
  }
  return "{" + out + "}";
}

std::string numbers_text(const Numbers& numbers) {
  std::string out;
  for (const auto& [name, number] : numbers) {
    out += (out.empty() ? "" : ", ") + name + "=" + short_number(number);
  }
  return out;
}

TimePoint wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace luthier::cli

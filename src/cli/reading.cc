#include "cli/reading.h"

#include <algorithm>
#include <chrono>

#include "base/terminal_text.h"
#include "base/text.h"
#include "core/named_index.h"
#include "tuner/assembly.h"
#include "tuner/stored/experiment_names.h"
#include "tuner/stored/status.h"

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
  const bool running = is_running(*directory);
  return Experiment{std::move(*directory), std::move(*state), running};
}

Result<> check_trial(const std::string& experiment, std::int64_t trials, TrialId trial) {
  if (trial.value >= 0 && trial.value < trials) {
    return {};
  }
  return Error{
      ErrorCode::not_found,
      "experiment '" + experiment + "' has no trial " + to_text(trial) + "; " +
          (trials == 0 ? "it has none yet" : "its trials are 0 to " + std::to_string(trials - 1))};
}

Result<TrialId> find_trial(const ExperimentState& state, const std::string& text) {
  auto trial = parse_trial(text);
  const auto there =
      trial ? check_trial(state.spec().name, state.trial_count(), *trial) : Result<>();
  return there ? trial : there.error();
}

Result<Overview> read_overview(const Arguments& arguments) {
  auto directory = find_experiment(arguments);
  if (!directory) {
    return directory.error();
  }
  auto stored = read_stored_experiment(*directory);
  if (!stored) {
    return stored.error();
  }
  const bool running = is_running(*directory);
  return Overview{
      std::move(*directory), std::move(stored->spec), std::move(stored->status), running};
}

std::string_view experiment_state_text(bool running, bool finished) {
  return running ? "running" : finished ? "finished" : "interrupted";
}

std::string_view experiment_state_text(const ExperimentState& state,
                                       const std::filesystem::path& directory) {
  return experiment_state_text(is_running(directory), state.finished());
}

std::string_view trial_state_text(TrialState state, bool running) {
  return state == TrialState::running && !running ? kInterruptedState : to_text(state);
}

std::string trial_json(const ExperimentSpec& spec, const TrialRow& row, bool running) {
  const auto best = best_value(row, spec.objectives.front().metric);
  return "{\"schema\": 1, \"trial\": " + std::to_string(row.trial.value) +
         ", \"state\": " + json_string(trial_state_text(row.state, running)) +
         ", \"config\": " + to_json(row.config) + ", \"metrics\": " + to_json(row.last) +
         ", \"best\": " + (best ? to_json(Value(*best)) : "null") +
         ", \"iterations\": " + std::to_string(row.iteration) +
         ", \"attempts\": " + std::to_string(row.attempts) +
         ", \"proposed_by\": " + json_string(row.proposed_by) +
         ", \"reason\": " + json_string(row.reason) + "}";
}

std::string trial_line(const ExperimentSpec& spec, const TrialRow& row) {
  std::string line = to_text(row.trial);
  for (const Objective& objective : spec.objectives) {
    const Value* value = row.best.find(objective.metric);
    line += "  " + objective.metric + " " + (value ? to_text(*value) : "-");
  }
  line += "  " + config_text(spec, row.best_config);
  return line + (row.known                         ? "  (known before, not run here)"
                 : row.state == TrialState::failed ? "  (failed)"
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

std::string config_text(const ExperimentSpec& spec, const Config& config) {
  std::string text;
  const NamedIndex index(config);
  for (const Parameter& parameter : spec.space.parameters()) {
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

#include "cli/reading.h"

#include "base/failure.h"
#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "core/named_index.h"
#include "tuner/assembly.h"
#include "tuner/stored/experiment_names.h"
#include "tuner/stored/stored_words.h"
#include "tuner/stored/trial_columns.h"

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
  return failure(
      ErrorCode::not_found,
      "experiment '{}' has no trial {}; {}",
      experiment,
      to_text(trial),
      trials == 0 ? "it has none yet" : "its trials are 0 to " + std::to_string(trials - 1));
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
  return luthier::read_overview(*directory);
}

std::string_view stored_state_text(const ExperimentState& state,
                                   const std::filesystem::path& directory) {
  return experiment_state_text(is_running(directory), state.finished());
}

std::string trial_line(const ExperimentSpec& spec, const TrialRow& row) {
  std::string line = to_text(row.trial);
  for (const Objective& objective : spec.objectives) {
    const Value* value = row.best.find(objective.metric);
    line += formatted("  {} {}", objective.metric, value ? to_text(*value) : "-");
  }
  line += "  " + config_text(spec, row.best_config);
  return line + (row.known                         ? "  (known before, not run here)"
                 : row.state == TrialState::failed ? "  (failed)"
                                                   : "");
}

std::string value_text(const Value& value) {
  const bool real = std::holds_alternative<double>(value.data());
  return real ? short_number(*value.number()) : to_text(value);
}

std::string metrics_text(const Metrics& metrics) {
  std::string text;
  for (const auto& [name, value] : metrics) {
    text += formatted("{}{} {}", text.empty() ? "" : "  ", name, value_text(value));
  }
  return text;
}

std::string config_text(const ExperimentSpec& spec, const Config& config) {
  std::string text;
  const NamedIndex index(config);
  for (const Parameter& parameter : spec.space.parameters()) {
    const Value* value = index.find(parameter.name);
    if (varies(parameter) && value) {
      text += formatted("{}{}={}", text.empty() ? "" : " ", parameter.name, to_text(*value));
    }
  }
  return text;
}

std::string numbers_text(const Numbers& numbers) {
  std::string out;
  for (const auto& [name, number] : numbers) {
    out += formatted("{}{}={}", out.empty() ? "" : ", ", name, short_number(number));
  }
  return out;
}

}  // namespace luthier::cli

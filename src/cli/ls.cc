// Experiments at a glance. One that can't be read is listed with what is wrong with it.
#include <array>
#include <chrono>
#include <filesystem>

#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output.h"
#include "cli/reading.h"
#include "cli/table.h"
#include "simulation/simulation_options.h"
#include "tuner/assembly.h"
#include "tuner/experiment_names.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier ls"),
                                  std::string_view("luthier ls --results /data/tuning --json")};
constexpr std::array kOptions = {kResults, kJson};
constexpr std::array kStates = {TrialState::pending,
                                TrialState::running,
                                TrialState::paused,
                                TrialState::completed,
                                TrialState::stopped,
                                TrialState::failed};

// Since anything happened. The log of a simulated experiment has virtual times: what counts is when
// it was written.
double age_s(const std::filesystem::path& directory, const ExperimentState& state) {
  double age = static_cast<double>(wall_clock() - state.time()) * 1e-6;
  if (state.spec().executor == kSimulatedExecutor) {
    std::error_code failed;
    const auto written = std::filesystem::last_write_time(directory / "experiment.db", failed);
    age =
        failed
            ? 0
            : std::chrono::duration<double>(std::filesystem::file_time_type::clock::now() - written)
                  .count();
  }
  return std::max(0.0, age);
}

std::string json_line(const std::filesystem::path& directory, const ExperimentState& state) {
  std::string line = "{\"schema\": 1, \"experiment\": " + json_string(state.spec().name) +
                     ", \"state\": " + json_string(experiment_state_text(state, directory)) +
                     ", \"trials\": " + std::to_string(state.added_count());
  const bool running = holder(directory).has_value();
  for (const TrialState each : kStates) {
    const bool left = each == TrialState::running && !running;
    line +=
        ", \"" + std::string(to_text(each)) + "\": " + std::to_string(left ? 0 : state.count(each));
  }
  const auto best = state.best_trial();
  const auto value = best ? best_value(state, *best) : std::nullopt;
  line += ", \"metric\": " + json_string(state.objectives().front().metric);
  line += ", \"best\": " + (value ? to_json(Value(*value)) : "null");
  line += ", \"best_trial\": " + (best ? std::to_string(best->value) : "null");
  line += ", \"age_s\": " + to_json(Value(age_s(directory, state)));
  return line + ", \"directory\": " + json_string(directory.string()) + "}\n";
}

std::string unreadable_json(const std::filesystem::path& directory, const Error& error) {
  return "{\"schema\": 1, \"experiment\": " + json_string(directory.filename().string()) +
         ", \"state\": \"unreadable\", \"problem\": " + json_string(error.message) +
         ", \"directory\": " + json_string(directory.string()) + "}\n";
}

std::vector<std::string> cells(const std::filesystem::path& directory,
                               const ExperimentState& state) {
  const auto best = state.best_trial();
  const auto value = best ? best_value(state, *best) : std::nullopt;
  std::vector<std::string> row = {directory.filename().string(),
                                  std::string(experiment_state_text(state, directory)),
                                  std::to_string(state.added_count())};
  for (const TrialState each :
       {TrialState::running, TrialState::completed, TrialState::stopped, TrialState::failed}) {
    const bool left = each == TrialState::running && !holder(directory);
    row.push_back(std::to_string(left ? 0 : state.count(each)));
  }
  const std::string metric = state.objectives().front().metric;
  row.push_back(value ? metric + " " + short_number(*value) : "-");
  row.push_back(duration_text(age_s(directory, state)));
  return row;
}

int run(const Arguments& arguments) {
  const auto results = results_directory(arguments);
  Table table({{"experiment"},
               {"state"},
               {"trials", Table::Align::right},
               {"running", Table::Align::right},
               {"completed", Table::Align::right},
               {"stopped", Table::Align::right},
               {"failed", Table::Align::right},
               {"best"},
               {"age", Table::Align::right}});
  std::string lines;
  std::error_code unreadable;
  const std::filesystem::directory_iterator entries(results, unreadable);
  if (unreadable && unreadable != std::errc::no_such_file_or_directory) {
    return fail({ErrorCode::io,
                 "can't list " + results.string() + ": " + unreadable.message() +
                     "; name another place with --results"});
  }
  bool any = false;
  for (const auto& directory : recent_experiments(results)) {
    const auto state = read_state(directory);
    if (!state && state.error().code == ErrorCode::not_found) {
      continue;  // nothing was ever logged: it is as if it had never begun
    }
    any = true;
    if (arguments.has("json")) {
      lines += state ? json_line(directory, **state) : unreadable_json(directory, state.error());
    } else if (state) {
      table.add(cells(directory, **state));
    } else {
      table.add({directory.filename().string(), "unreadable", "", "", "", "", "", "", ""});
      talk(state.error().message);
    }
  }
  if (arguments.has("json")) {
    return finish(lines);
  }
  if (!any) {
    talk("no experiments in " + results.string() + "; 'luthier run --help' shows how to start one");
    return kSuccess;
  }
  return finish(table.text(output_columns()));
}

}  // namespace

extern const Command kLs;
const Command kLs = {
    .name = "ls",
    .summary = "list experiments, the most recent first, with their state, counts and best result",
    .examples = kExamples,
    .options = kOptions,
    .run = run};

}  // namespace luthier::cli

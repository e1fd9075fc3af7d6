// Experiments at a glance. One that can't be read is listed with what is wrong with it.
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>

#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output/output.h"
#include "cli/output/table.h"
#include "cli/reading.h"
#include "laboratory/simulation/simulation_options.h"
#include "tuner/advice.h"
#include "tuner/assembly.h"
#include "tuner/stored/experiment_names.h"
#include "tuner/stored/status.h"

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

// An experiment that can be listed, or what is wrong with it.
struct Listed {
  std::filesystem::path directory;
  Result<ExperimentStatus> status;
  bool running = false;
  TimePoint active = 0;  // when anything was last written about it
};

// Since anything happened. The log of a simulated experiment has virtual times: what counts is when
// it was written.
double age_s(const Listed& listed) {
  double age = static_cast<double>(wall_clock() - listed.status->time) * 1e-6;
  if (listed.status->executor == kSimulatedExecutor) {
    std::error_code failed;
    const auto written =
        std::filesystem::last_write_time(listed.directory / "experiment.db", failed);
    age =
        failed
            ? 0
            : std::chrono::duration<double>(std::filesystem::file_time_type::clock::now() - written)
                  .count();
  }
  return std::max(0.0, age);
}

// Trials by state; those that were running when nobody runs the experiment any more are
// interrupted.
using Counts = std::vector<std::pair<std::string_view, std::int64_t>>;

Counts counts_of(const Listed& listed) {
  const ExperimentStatus& status = *listed.status;
  Counts counts;
  for (const TrialState each : kStates) {
    const bool left = each == TrialState::running && !listed.running;
    counts.emplace_back(to_text(each), left ? 0 : status.count(each));
  }
  counts.emplace_back(kInterruptedState, listed.running ? 0 : status.count(TrialState::running));
  return counts;
}

std::string json_line(const Listed& listed) {
  const ExperimentStatus& status = *listed.status;
  const auto state = experiment_state_text(listed.running, status.finished);
  std::string line = "{\"schema\": 1, \"experiment\": " + json_string(status.name) +
                     ", \"state\": " + json_string(state) +
                     ", \"trials\": " + std::to_string(status.added_count());
  for (const auto& [name, count] : counts_of(listed)) {
    line += ", \"" + std::string(name) + "\": " + std::to_string(count);
  }
  const auto best = status.best_trial;
  line += ", \"metric\": " + json_string(status.metric);
  line += ", \"best\": " + (status.best_value ? to_json(Value(*status.best_value)) : "null");
  line += ", \"best_trial\": " + (best ? std::to_string(best->value) : "null");
  line += ", \"age_s\": " + to_json(Value(age_s(listed)));
  return line + ", \"directory\": " + json_string(listed.directory.string()) + "}\n";
}

std::string unreadable_json(const std::filesystem::path& directory, const Error& error) {
  return "{\"schema\": 1, \"experiment\": " + json_string(directory.filename().string()) +
         ", \"state\": \"unreadable\", \"problem\": " + json_string(error.message) +
         ", \"directory\": " + json_string(directory.string()) + "}\n";
}

// A row of the table, before it is known which columns there are.
struct Row {
  std::string name;
  std::string state;
  std::string trials = {};
  Counts counts = {};
  std::string best = {};
  std::string age = {};
};

Row row_of(const Listed& listed) {
  const std::string name = listed.directory.filename().string();
  if (!listed.status) {
    return {.name = name, .state = "unreadable"};
  }
  const ExperimentStatus& status = *listed.status;
  return {.name = name,
          .state = std::string(experiment_state_text(listed.running, status.finished)),
          .trials = std::to_string(status.added_count()),
          .counts = counts_of(listed),
          .best = status.best_value ? status.metric + " " + short_number(*status.best_value) : "-",
          .age = duration_text(age_s(listed))};
}

std::int64_t count_of(const Row& row, std::string_view state) {
  const auto found = std::ranges::find(row.counts, state, &Counts::value_type::first);
  return found == row.counts.end() ? 0 : found->second;
}

// Those that every finished experiment has, and others where an experiment has such trials.
std::vector<std::string_view> shown_states(const std::vector<Row>& rows) {
  constexpr std::array<std::string_view, 4> kAlways = {"running", "completed", "stopped", "failed"};
  std::vector<std::string_view> states;
  for (const std::string_view state : {to_text(TrialState::pending),
                                       to_text(TrialState::running),
                                       kInterruptedState,
                                       to_text(TrialState::paused),
                                       to_text(TrialState::completed),
                                       to_text(TrialState::stopped),
                                       to_text(TrialState::failed)}) {
    const bool always = std::ranges::find(kAlways, state) != kAlways.end();
    if (always ||
        std::ranges::any_of(rows, [&](const Row& row) { return count_of(row, state) > 0; })) {
      states.push_back(state);
    }
  }
  return states;
}

std::string table_text(const std::vector<Row>& rows) {
  const auto states = shown_states(rows);
  std::vector<Table::Column> columns = {{"experiment"}, {"state"}, {"trials", Table::Align::right}};
  for (const std::string_view state : states) {
    columns.push_back({std::string(state), Table::Align::right});
  }
  columns.insert(columns.end(), {{"best"}, {"age", Table::Align::right}});
  Table table(std::move(columns));
  for (const Row& row : rows) {
    std::vector<std::string> cells = {row.name, row.state, row.trials};
    for (const std::string_view state : states) {
      cells.push_back(row.counts.empty() ? "" : std::to_string(count_of(row, state)));
    }
    cells.insert(cells.end(), {row.best, row.age});
    table.add(std::move(cells));
  }
  return table.text(output_columns());
}

// The most recent first, without those that never began.
std::vector<Listed> list(const std::filesystem::path& results) {
  std::vector<Listed> all;
  for (const auto& directory : list_experiments(results)) {
    Listed listed{.directory = directory, .status = read_status(directory)};
    const bool nothing = !listed.status && listed.status.error().code == ErrorCode::not_found;
    if (nothing || (!listed.status && !is_taken(directory))) {
      continue;
    }
    listed.running = is_running(directory);
    listed.active =
        listed.status ? activity_at(directory, listed.status->time) : last_activity(directory);
    all.push_back(std::move(listed));
  }
  std::ranges::stable_sort(all, std::ranges::greater(), &Listed::active);
  return all;
}

int run(const Arguments& arguments) {
  const auto results = results_directory(arguments);
  std::vector<Row> rows;
  std::string lines;
  std::error_code unreadable;
  const std::filesystem::directory_iterator entries(results, unreadable);
  if (unreadable && unreadable != std::errc::no_such_file_or_directory) {
    return fail({ErrorCode::io,
                 "can't list " + results.string() + ": " + unreadable.message() +
                     "; name another place with --results"});
  }
  for (const Listed& listed : list(results)) {
    const auto& status = listed.status;
    if (arguments.has("json")) {
      lines += status ? json_line(listed) : unreadable_json(listed.directory, status.error());
    } else if (!status) {
      talk(status.error().message);
    }
    rows.push_back(row_of(listed));
  }
  if (arguments.has("json")) {
    return finish(lines);
  }
  if (rows.empty()) {
    talk("no experiments in " + results.string() + "; 'luthier run --help' shows how to start one");
    return kSuccess;
  }
  return finish(table_text(rows));
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

// Experiments at a glance. One that can't be read is listed with what is wrong with it.
#include <algorithm>
#include <array>
#include <filesystem>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output/output.h"
#include "cli/output/table.h"
#include "cli/reading.h"
#include "tuner/stored/stored_words.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier ls"),
                                  std::string_view("luthier ls --tag paper"),
                                  std::string_view("luthier ls --results /data/tuning --json")};
constexpr std::array kOptions = {
    Option{.name = "tag",
           .argument = "TAG",
           .meaning = "only experiments with this tag; of several, with all of them",
           .repeatable = true},
    kResults,
    kJson};

// A row of the table, before it is known which columns there are.
struct Row {
  std::string name;
  std::string state;
  std::string trials = {};
  StateCounts counts = {};
  std::string best = {};
  std::string age = {};
  std::string tags = {};
};

Row row_of(const ListedExperiment& listed) {
  const std::string name = listed.directory.filename().string();
  if (!listed.status) {
    return {.name = name, .state = "unreadable", .tags = join(listed.remarks.tags, ",")};
  }
  const ExperimentStatus& status = *listed.status;
  return {.name = name,
          .state = std::string(experiment_state_text(listed.running, status.finished)),
          .trials = std::to_string(status.added_count()),
          .counts = counts_of(status, listed.running),
          .best = status.best_value
                      ? formatted("{} {}", status.metric, short_number(*status.best_value))
                      : "-",
          .age = duration_text(age_s(listed)),
          .tags = join(listed.remarks.tags, ",")};
}

std::int64_t count_of(const Row& row, std::string_view state) {
  const auto found = std::ranges::find(row.counts, state, &StateCounts::value_type::first);
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

bool has_tags(const ListedExperiment& listed, const std::vector<std::string>& wanted) {
  const auto& tags = listed.remarks.tags;
  return std::ranges::all_of(
      wanted, [&](const std::string& tag) { return std::ranges::find(tags, tag) != tags.end(); });
}

std::string table_text(const std::vector<Row>& rows) {
  const auto states = shown_states(rows);
  std::vector<Table::Column> columns = {{"experiment"}, {"state"}, {"trials", Table::Align::right}};
  for (const std::string_view state : states) {
    columns.push_back({std::string(state), Table::Align::right});
  }
  columns.insert(columns.end(), {{"best"}, {"age", Table::Align::right}});
  const bool tagged = std::ranges::any_of(rows, [](const Row& row) { return !row.tags.empty(); });
  if (tagged) {
    columns.push_back({"tags"});
  }
  Table table(std::move(columns));
  for (const Row& row : rows) {
    std::vector<std::string> cells = {row.name, row.state, row.trials};
    for (const std::string_view state : states) {
      cells.push_back(row.counts.empty() ? "" : std::to_string(count_of(row, state)));
    }
    cells.insert(cells.end(), {row.best, row.age});
    if (tagged) {
      cells.push_back(row.tags);
    }
    table.add(std::move(cells));
  }
  return table.text(output_columns());
}

int run(const Arguments& arguments) {
  const auto results = results_directory(arguments);
  std::vector<Row> rows;
  std::string lines;
  std::error_code unreadable;
  const std::filesystem::directory_iterator entries(results, unreadable);
  if (unreadable && unreadable != std::errc::no_such_file_or_directory) {
    return fail({ErrorCode::io,
                 formatted("can't list {}: {}; name another place with --results",
                           results.string(),
                           unreadable.message())});
  }
  for (const ListedExperiment& listed : experiments_of(results)) {
    const auto& status = listed.status;
    if (!has_tags(listed, arguments.all("tag"))) {
      continue;
    }
    if (arguments.has("json")) {
      lines += listed_json(listed) + "\n";
    } else if (!status) {
      talk(status.error().message);
    }
    rows.push_back(row_of(listed));
  }
  if (arguments.has("json")) {
    return finish(lines);
  }
  if (rows.empty() && arguments.has("tag")) {
    talk(formatted("no experiment in {} has these tags", results.string()));
    return kSuccess;
  }
  if (rows.empty()) {
    talk(formatted("no experiments in {}; 'luthier run --help' shows how to start one",
                   results.string()));
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

// The table of trials: only parameters that vary, missing and non-finite values last in either
// direction.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "cli/output/output.h"
#include "cli/output/table.h"
#include "cli/reading.h"
#include "core/log/measured_metrics.h"
#include "core/named_index.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier trials digits"),
    std::string_view("luthier trials digits --sort loss --state completed"),
    std::string_view("luthier trials digits --columns trial,state,lr,loss --json")};
constexpr std::array kOperands = {kExperiment};
constexpr std::array kOptions = {
    Option{.name = "sort",
           .argument = "COLUMN",
           .meaning = "order by a metric or parameter, the best first for an objective (default: "
                      "trial)"},
    Option{.name = "state",
           .argument = "STATE",
           .meaning =
               "only trials in this state: pending, running, interrupted, paused, completed, "
               "stopped or failed",
           .repeatable = true,
           .completes = Completes::words,
           .words = "pending running interrupted paused completed stopped failed"},
    Option{.name = "columns",
           .argument = "A,B,...",
           .meaning = "the columns to show: trial, state, iterations, attempts, proposed_by, "
                      "reason, exit_status, wall_s, cpu_s, max_rss_bytes, parameters, metrics "
                      "(default: what varies)"},
    kResults,
    kJson};
constexpr std::array<std::string_view, 7> kFixed = {
    "trial", "state", "iterations", "attempts", "proposed_by", "reason", "exit_status"};

class Trials {
 public:
  explicit Trials(const Experiment& experiment)
      : experiment_(experiment), state_(*experiment.state) {
    const ExperimentState& state = state_;
    for (const Parameter& parameter : state.space().parameters()) {
      parameters_.push_back(parameter.name);
      if (varies(parameter)) {
        varied_.push_back(parameter.name);
      }
    }
    for (std::int64_t i = 0; i < state.trial_count(); ++i) {
      for (const auto& [name, value] : state.last_metrics({i})) {
        if (std::ranges::find(metrics_, name) == metrics_.end()) {
          metrics_.push_back(name);
        }
      }
    }
  }

  std::vector<std::string> default_columns() const {
    std::vector<std::string> columns = {"trial", "state"};
    for (const Objective& objective : state_.objectives()) {
      columns.push_back(objective.metric);
    }
    columns.insert(columns.end(), varied_.begin(), varied_.end());
    columns.insert(columns.end(), {"iterations", "reason"});
    return columns;
  }

  std::vector<std::string> known_columns() const {
    std::vector<std::string> names(kFixed.begin(), kFixed.end());
    names.insert(names.end(), kMeasuredMetrics.begin(), kMeasuredMetrics.end());
    names.insert(names.end(), parameters_.begin(), parameters_.end());
    names.insert(names.end(), metrics_.begin(), metrics_.end());
    for (const Objective& objective : state_.objectives()) {
      if (std::ranges::find(names, objective.metric) == names.end()) {
        names.push_back(objective.metric);
      }
    }
    return names;
  }

  // What of a trial is taken out of the log once for all its cells.
  struct Row {
    Row(const ExperimentState& state, TrialId id)
        : trial(id),
          config(state.config(id)),
          best(state.best_metrics(id)),
          last(state.last_metrics(id)) {}
    Row(const Row&) = delete;
    Row& operator=(const Row&) = delete;

    const TrialId trial;
    const Config config;
    const Metrics best;
    const Metrics last;
    const NamedIndex config_index{config};
  };
  Row row(TrialId trial) const { return Row(state_, trial); }

  // An objective's value is the trial's best finite one, if there is one; any other metric's its
  // last.
  Value cell(const Row& row, const std::string& column) const {
    const TrialId trial = row.trial;
    const TrialRecord& record = state_.record(trial);
    if (column == "trial") {
      return trial.value;
    }
    if (column == "state") {
      return std::string(trial_state_text(experiment_, trial));
    }
    if (column == "iterations") {
      return record.iteration;
    }
    if (column == "attempts") {
      return std::int64_t{record.attempts};
    }
    if (column == "proposed_by") {
      return state_.proposer(trial);
    }
    if (column == "reason") {
      return record.reason;
    }
    if (column == "exit_status") {
      return std::int64_t{record.exit_status};
    }
    if (const Value* value = row.config_index.find(column)) {
      return *value;
    }
    const bool objective = std::ranges::find(state_.objectives(), column, &Objective::metric) !=
                           state_.objectives().end();
    if (const Value* value = objective ? row.best.find(column) : nullptr) {
      return *value;
    }
    const Value* value = row.last.find(column);
    return value ? *value : measured_value(record.measured, column);
  }

  void sort(std::vector<TrialId>& trials, const std::string& column) const {
    const auto objective = std::ranges::find(state_.objectives(), column, &Objective::metric);
    const bool largest_first =
        objective != state_.objectives().end() && objective->mode == Mode::max;
    std::vector<std::pair<Value, TrialId>> keyed;
    for (const TrialId trial : trials) {
      keyed.emplace_back(cell(row(trial), column), trial);
    }
    std::ranges::stable_sort(keyed, [&](const auto& a, const auto& b) {
      return before(a.first, b.first, largest_first);
    });
    std::ranges::transform(keyed, trials.begin(), [](const auto& entry) { return entry.second; });
  }

 private:
  static int rank(const Value& value) {
    const auto number = value.number();
    return number ? (std::isfinite(*number) ? 0 : 2) : (value.is_null() ? 3 : 1);
  }
  static bool before(const Value& a, const Value& b, bool largest_first) {
    if (rank(a) != rank(b)) {
      return rank(a) < rank(b);
    }
    if (rank(a) == 0) {
      return largest_first ? *a.number() > *b.number() : *a.number() < *b.number();
    }
    return rank(a) == 1 && to_text(a) < to_text(b);
  }

  const Experiment& experiment_;
  const ExperimentState& state_;
  std::vector<std::string> parameters_, varied_, metrics_;
};

Result<std::vector<TrialId>> select(const Experiment& experiment, const Arguments& arguments) {
  const ExperimentState& state = *experiment.state;
  const std::vector<std::string> known = {
      "pending", "running", "interrupted", "paused", "completed", "stopped", "failed"};
  const auto wanted = arguments.all("state");
  for (const auto& text : wanted) {
    if (std::ranges::find(known, text) == known.end()) {
      return Error{ErrorCode::invalid_argument, unknown_name("state", text, known)};
    }
  }
  std::vector<TrialId> trials;
  for (std::int64_t i = 0; i < state.trial_count(); ++i) {
    if (wanted.empty() ||
        std::ranges::find(wanted, trial_state_text(experiment, {i})) != wanted.end()) {
      trials.push_back({i});
    }
  }
  return trials;
}

Result<std::vector<std::string>> columns_of(const Trials& trials, const Arguments& arguments) {
  const auto known = trials.known_columns();
  std::vector<std::string> columns;
  for (const auto& name : split(arguments.text("columns").value_or(""), ',')) {
    if (!trim(name).empty()) {
      columns.emplace_back(trim(name));
    }
  }
  for (const auto& name : columns) {
    if (std::ranges::find(known, name) == known.end()) {
      return Error{ErrorCode::invalid_argument, unknown_name("column", name, known)};
    }
  }
  return columns.empty() ? trials.default_columns() : columns;
}

std::string table_text(const Trials& trials,
                       std::span<const TrialId> rows,
                       std::span<const std::string> columns) {
  std::vector<Table::Column> headings;
  for (const auto& name : columns) {
    const bool text = name == "state" || name == "reason" || name == "proposed_by";
    headings.push_back({name, text ? Table::Align::left : Table::Align::right});
  }
  Table table(std::move(headings));
  for (const TrialId trial : rows) {
    std::vector<std::string> cells;
    const Trials::Row row = trials.row(trial);
    for (const auto& name : columns) {
      const Value value = trials.cell(row, name);
      cells.push_back(name == "trial" ? to_text(trial) : value.is_null() ? "-" : value_text(value));
    }
    table.add(std::move(cells));
  }
  return table.text(output_columns());
}

int run(const Arguments& arguments) {
  const auto experiment = read_experiment(arguments);
  if (!experiment) {
    return fail(experiment.error());
  }
  auto rows = select(*experiment, arguments);
  if (!rows) {
    return fail(rows.error());
  }
  const Trials trials(*experiment);
  const auto columns = columns_of(trials, arguments);
  if (!columns) {
    return fail(columns.error());
  }
  if (const auto sort = arguments.text("sort")) {
    const auto known = trials.known_columns();
    if (std::ranges::find(known, *sort) == known.end()) {
      return fail_usage(unknown_name("column", *sort, known));
    }
    trials.sort(*rows, *sort);
  }
  if (!arguments.has("json")) {
    return finish(table_text(trials, *rows, *columns));
  }
  std::string lines;
  for (const TrialId trial : *rows) {
    lines += trial_json(*experiment, trial) + "\n";
  }
  return finish(lines);
}

}  // namespace

extern const Command kTrials;
const Command kTrials = {.name = "trials",
                         .summary = "list the trials of an experiment",
                         .examples = kExamples,
                         .operands = kOperands,
                         .options = kOptions,
                         .run = run};

}  // namespace luthier::cli

// The table of trials: only parameters that vary, missing and non-finite values last in either
// direction.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "base/text.h"
#include "cli/output/output.h"
#include "cli/output/table.h"
#include "cli/reading.h"
#include "core/named_index.h"
#include "core/state/measured_metrics.h"
#include "tuner/assembly.h"
#include "tuner/stored/trial_table.h"

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

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// The columns there are, and a trial's values in them.
class Cells {
 public:
  Cells(const ExperimentSpec& spec, bool running) : spec_(spec), running_(running) {
    for (const Parameter& parameter : spec.space.parameters()) {
      known_.push_back(parameter.name);
    }
    for (const Objective& objective : spec.objectives) {
      if (!contains(known_, objective.metric)) {
        known_.push_back(objective.metric);
      }
    }
    known_.insert(known_.begin(), kMeasuredMetrics.begin(), kMeasuredMetrics.end());
    known_.insert(known_.begin(), kFixed.begin(), kFixed.end());
  }

  // Metrics are columns too.
  void learn(const Metrics& metrics) {
    for (const auto& [name, value] : metrics) {
      if (!contains(known_, name)) {
        known_.push_back(name);
      }
    }
  }
  const std::vector<std::string>& known() const { return known_; }

  std::vector<std::string> default_columns() const {
    std::vector<std::string> columns = {"trial", "state"};
    for (const Objective& objective : spec_.objectives) {
      columns.push_back(objective.metric);
    }
    for (const Parameter& parameter : spec_.space.parameters()) {
      if (varies(parameter)) {
        columns.push_back(parameter.name);
      }
    }
    columns.insert(columns.end(), {"iterations", "reason"});
    return columns;
  }

  // Of one trial. `row` must outlive it.
  class Row {
   public:
    Row(const Cells& cells, const TrialRow& row) : cells_(cells), row_(row) {
      constexpr std::size_t kMany = 16;
      if (row.config.size() > kMany) {
        index_.emplace(row.config);
      }
    }

    // An objective's value is the trial's best finite one, if there is one; any other metric's its
    // last.
    Value value(const std::string& column) const {
      if (const auto fixed = std::ranges::find(kFixed, column); fixed != kFixed.end()) {
        return fixed_value(column);
      }
      if (const Value* value = index_ ? index_->find(column) : row_.config.find(column)) {
        return *value;
      }
      const Value* best = cells_.is_objective(column) ? row_.best.find(column) : nullptr;
      const Value* value = best != nullptr ? best : row_.last.find(column);
      return value ? *value : measured_value(row_.measured, column);
    }

   private:
    Value fixed_value(std::string_view column) const {
      return column == "trial"         ? Value(row_.trial.value)
             : column == "state"       ? Value(std::string(cells_.state_text(row_)))
             : column == "iterations"  ? Value(row_.iteration)
             : column == "attempts"    ? Value(row_.attempts)
             : column == "proposed_by" ? Value(row_.proposed_by)
             : column == "reason"      ? Value(row_.reason)
                                       : Value(row_.exit_status);
    }

    const Cells& cells_;
    const TrialRow& row_;
    std::optional<NamedIndex> index_;
  };

  std::string_view state_text(const TrialRow& row) const {
    return trial_state_text(row.state, running_);
  }
  bool is_objective(std::string_view column) const {
    return std::ranges::find(spec_.objectives, column, &Objective::metric) !=
           spec_.objectives.end();
  }
  bool largest_first(std::string_view column) const {
    const auto objective = std::ranges::find(spec_.objectives, column, &Objective::metric);
    return objective != spec_.objectives.end() && objective->mode == Mode::max;
  }

 private:
  const ExperimentSpec& spec_;
  const bool running_;
  std::vector<std::string> known_;
};

int rank(const Value& value) {
  const auto number = value.number();
  return number ? (std::isfinite(*number) ? 0 : 2) : (value.is_null() ? 3 : 1);
}

bool before(const Value& a, const Value& b, bool largest_first) {
  if (rank(a) != rank(b)) {
    return rank(a) < rank(b);
  }
  if (rank(a) == 0) {
    return largest_first ? *a.number() > *b.number() : *a.number() < *b.number();
  }
  return rank(a) == 1 && to_text(a) < to_text(b);
}

// What was asked for.
struct Wish {
  std::vector<std::string> states;   // empty: all
  std::vector<std::string> columns;  // empty: the default ones
  std::optional<std::string> sort;
  bool json = false;
};

Result<Wish> wish_of(const Arguments& arguments) {
  const std::vector<std::string> known = {
      "pending", "running", "interrupted", "paused", "completed", "stopped", "failed"};
  Wish wish{.sort = arguments.text("sort"), .json = arguments.has("json")};
  for (const auto& text : arguments.all("state")) {
    if (!contains(known, text)) {
      return Error{ErrorCode::invalid_argument, unknown_name("state", text, known)};
    }
    wish.states.push_back(text);
  }
  for (const auto& name : split(arguments.text("columns").value_or(""), ',')) {
    if (!trim(name).empty()) {
      wish.columns.emplace_back(trim(name));
    }
  }
  return wish;
}

// Looks for metrics among the trials only where a name is none of a parameter.
Result<> check_columns(TrialTable& table, Cells& cells, const Wish& wish) {
  std::vector<std::string> names = wish.columns;
  if (wish.sort) {
    names.push_back(*wish.sort);
  }
  if (!std::ranges::all_of(names,
                           [&](const auto& name) { return contains(cells.known(), name); })) {
    const auto looked = table.each([&](const TrialRow& row) {
      cells.learn(row.last);
      return true;
    });
    if (!looked) {
      return looked;
    }
  }
  for (const auto& name : names) {
    if (!contains(cells.known(), name)) {
      return Error{ErrorCode::invalid_argument, unknown_name("column", name, cells.known())};
    }
  }
  return {};
}

// Prints rows as they come: memory does not grow with them.
class Printer {
 public:
  Printer(const ExperimentSpec& spec, const Cells& cells, bool running, const Wish& wish)
      : spec_(spec),
        cells_(cells),
        running_(running),
        json_(wish.json),
        columns_(wish.columns.empty() ? cells.default_columns() : wish.columns),
        table_(headings()),
        width_(output_columns()) {}

  // False: standard output takes no more.
  bool add(const TrialRow& row) {
    if (json_) {
      lines_ += trial_json(spec_, row, running_) + "\n";
      return lines_.size() < kPieceBytes || print(std::exchange(lines_, {}));
    }
    const Cells::Row cells(cells_, row);
    std::vector<std::string> texts;
    for (const auto& name : columns_) {
      const Value value = cells.value(name);
      texts.push_back(name == "trial"   ? to_text(row.trial)
                      : value.is_null() ? "-"
                                        : value_text(value));
    }
    table_.add(std::move(texts));
    return table_.rows() < kPieceRows || print(table_.take_text(width_));
  }
  bool finish() { return print(json_ ? lines_ : table_.take_text(width_)); }

 private:
  // Columns are as wide as the first piece of a table needs.
  static constexpr std::size_t kPieceRows = 1000;
  static constexpr std::size_t kPieceBytes = std::size_t{1} << 16;

  std::vector<Table::Column> headings() const {
    std::vector<Table::Column> headings;
    for (const auto& name : columns_) {
      const bool text = name == "state" || name == "reason" || name == "proposed_by";
      headings.push_back({name, text ? Table::Align::left : Table::Align::right});
    }
    return headings;
  }

  const ExperimentSpec& spec_;
  const Cells& cells_;
  const bool running_;
  const bool json_;
  const std::vector<std::string> columns_;
  Table table_;
  const int width_;
  std::string lines_;
};

// The trials that were asked for, in the order that was.
Result<> for_each_wished(TrialTable& table,
                         const Cells& cells,
                         const Wish& wish,
                         const std::function<bool(const TrialRow&)>& take) {
  const auto wanted = [&](const TrialRow& row) {
    return wish.states.empty() || contains(wish.states, cells.state_text(row));
  };
  if (!wish.sort) {
    return table.each([&](const TrialRow& row) { return !wanted(row) || take(row); });
  }
  std::vector<std::pair<Value, TrialId>> keyed;
  auto read = table.each([&](const TrialRow& row) {
    if (wanted(row)) {
      keyed.emplace_back(Cells::Row(cells, row).value(*wish.sort), row.trial);
    }
    return true;
  });
  const bool largest_first = cells.largest_first(*wish.sort);
  std::ranges::stable_sort(
      keyed, [&](const auto& a, const auto& b) { return before(a.first, b.first, largest_first); });
  for (std::size_t i = 0; read && i < keyed.size(); ++i) {
    const auto row = table.row(keyed[i].second);
    read = row ? Result<>() : row.error();
    if (row && !take(*row)) {
      break;
    }
  }
  return read;
}

int run(const Arguments& arguments) {
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  auto table = open_trial_table(*directory);
  if (!table) {
    return fail(table.error());
  }
  const auto wish = wish_of(arguments);
  if (!wish) {
    return fail(wish.error());
  }
  const bool running = is_running(*directory);
  Cells cells((*table)->spec(), running);
  if (const auto checked = check_columns(**table, cells, *wish); !checked) {
    return fail(checked.error());
  }
  Printer printer((*table)->spec(), cells, running, *wish);
  bool printed = true;
  const auto read = for_each_wished(**table, cells, *wish, [&](const TrialRow& row) {
    printed = printer.add(row);
    return printed;
  });
  if (!read) {
    return fail(read.error());
  }
  return printed && printer.finish() ? kSuccess : kSystem;
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

// The table of trials: only parameters that vary, missing and non-finite values last in either
// direction.
#include <array>
#include <utility>

#include "base/text.h"
#include "cli/output/output.h"
#include "cli/output/table.h"
#include "cli/reading.h"
#include "tuner/assembly.h"
#include "tuner/stored/stored_words.h"
#include "tuner/stored/trial_query.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier trials digits"),
    std::string_view("luthier trials digits --sort loss --state completed"),
    std::string_view("luthier trials digits --where 'loss < 0.1 and lr > 0.001'"),
    std::string_view("luthier trials digits --where '\"good\" in tags'"),
    std::string_view("luthier trials digits --columns trial,state,lr,loss --json")};
constexpr std::array kOperands = {kExperiment};
constexpr std::array kOptions = {
    Option{.name = "sort",
           .argument = "COLUMN",
           .meaning = "sort by a metric or parameter; for an objective, the best comes first "
                      "(default: trial)"},
    Option{.name = "state",
           .argument = "STATE",
           .meaning =
               "only trials in this state: pending, running, interrupted, paused, completed, "
               "stopped or failed",
           .repeatable = true,
           .completes = Completes::words,
           .words = "pending running interrupted paused completed stopped failed"},
    Option{.name = "where",
           .argument = "EXPRESSION",
           .meaning = "only trials for which it holds, an expression of columns as in "
                      "--constraint: 'loss < 0.1 and lr > 1e-3'"},
    Option{.name = "columns",
           .argument = "A,B,...",
           .meaning = "the columns to show: trial, state, tags, iterations, attempts, proposed_by, "
                      "reason, exit_status, wall_s, cpu_s, max_rss_bytes, parameters, metrics "
                      "(default: what varies)"},
    kResults,
    kJson};
// What was asked for.
struct Wish {
  TrialQuery query;
  std::vector<std::string> columns;  // empty: the default ones
  bool json = false;
};

Wish wish_of(const Arguments& arguments) {
  Wish wish{.query = {.states = arguments.all("state"),
                      .where = arguments.text("where").value_or(""),
                      .sort = arguments.text("sort")},
            .json = arguments.has("json")};
  for (const auto& name : split(arguments.text("columns").value_or(""), ',')) {
    if (!trim(name).empty()) {
      wish.columns.emplace_back(trim(name));
    }
  }
  return wish;
}

std::string tags_text(const Value& tags) {
  if (!tags.list()) {
    return value_text(tags);  // a parameter of that name
  }
  std::string text;
  for (const Value& tag : *tags.list()) {
    text += (text.empty() ? "" : ",") + to_text(tag);
  }
  return text.empty() ? "-" : text;
}

// Prints rows as they come: memory does not grow with them.
class Printer {
 public:
  Printer(const ExperimentSpec& spec, const TrialColumns& columns, bool running, const Wish& wish)
      : spec_(spec),
        known_(columns),
        running_(running),
        json_(wish.json),
        columns_(wish.columns.empty() ? columns.default_columns() : wish.columns),
        table_(headings()),
        width_(output_columns()) {}

  // False: standard output takes no more.
  bool add(const TrialRow& row) {
    if (json_) {
      lines_ += trial_row_json(spec_, row, running_, known_.remarks().of(row.trial)) + "\n";
      return lines_.size() < kPieceBytes || print(std::exchange(lines_, {}));
    }
    const TrialColumns::Row cells(known_, row);
    std::vector<std::string> texts;
    for (const auto& name : columns_) {
      const Value value = cells.value(name);
      texts.push_back(name == "trial"   ? to_text(row.trial)
                      : value.is_null() ? "-"
                      : name == "tags"  ? tags_text(value)
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
      const bool text = name == "state" || name == "reason" || name == "proposed_by" ||
                        name == "unmet" || name == "tags";
      headings.push_back({name, text ? Table::Align::left : Table::Align::right});
    }
    return headings;
  }

  const ExperimentSpec& spec_;
  const TrialColumns& known_;
  const bool running_;
  const bool json_;
  const std::vector<std::string> columns_;
  Table table_;
  const int width_;
  std::string lines_;
};

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
  const bool running = is_running(*directory);
  TrialColumns columns((*table)->spec(), running, read_remarks(*directory));
  if (!columns.remarks().problem.empty()) {
    talk(columns.remarks().problem);
  }
  if (const auto checked = check_query(**table, columns, wish.query, wish.columns); !checked) {
    return fail(checked.error());
  }
  Printer printer((*table)->spec(), columns, running, wish);
  bool printed = true;
  const auto read = for_each_wanted(**table, columns, wish.query, [&](const TrialRow& row) {
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

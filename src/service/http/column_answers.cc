// The trials as columns, for pictures: every trial in one answer, up to a bound.
#include <algorithm>
#include <span>

#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "service/http/api_request.h"
#include "service/http/parameter_scale.h"
#include "service/http/trial_request.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

constexpr std::int64_t kMostTrials = 20000;
constexpr std::size_t kMostColumns = 100;

struct Column {
  std::string name;
  std::string_view kind;  // parameter, objective, metric or about
  const Parameter* parameter = nullptr;
  const Objective* objective = nullptr;
};

// Parameters that vary, objectives, then the other metrics in the order in which they came; at last
// what was asked for besides.
std::vector<Column> columns_of(const ExperimentSpec& spec,
                               std::span<const std::string> others,
                               std::span<const std::string> also) {
  std::vector<Column> columns;
  for (const Parameter& parameter : spec.space.parameters()) {
    if (varies(parameter)) {
      columns.push_back({.name = parameter.name, .kind = "parameter", .parameter = &parameter});
    }
  }
  for (const Objective& objective : spec.objectives) {
    columns.push_back({.name = objective.metric, .kind = "objective", .objective = &objective});
  }
  for (const auto& name : others) {
    columns.push_back({.name = name, .kind = "metric"});
  }
  columns.resize(std::min(columns.size(), kMostColumns));
  for (const auto& name : also) {
    columns.push_back({.name = name, .kind = "about"});
  }
  return columns;
}

void write_column(JsonWriter& json,
                  const Column& column,
                  const TrialColumns& columns,
                  std::span<const TrialRow> rows) {
  json.object()
      .field("name", column.name)
      .field("kind", column.kind)
      .field("scale", column.parameter ? scale_of(column.parameter->domain) : "linear");
  if (column.parameter != nullptr && !column.parameter->domain.values.empty()) {
    json.field("choices", column.parameter->domain.values);
  }
  if (column.objective != nullptr) {
    json.field("mode", column.objective->mode);
  }
  json.list_of("values", rows, [&](const TrialRow& row) {
    json.value(TrialColumns::Row(columns, row).value(column.name));
  });
  json.end();
}

struct Wanted {
  std::vector<TrialRow> rows;
  std::int64_t total = 0;
};

// The rows of those trials; of all that the query wants, where none are named.
Result<Wanted> wanted_rows(TrialTable& table,
                           TrialColumns& columns,
                           std::span<const TrialId> named,
                           const TrialQuery& query,
                           std::int64_t limit) {
  Wanted wanted{.total = std::ssize(named)};
  for (const TrialId trial : named) {
    LUTHIER_TAKE(wanted.rows.emplace_back(), table.row(trial));
  }
  LUTHIER_TRY(!named.empty() ? Result<>()
                             : for_each_wanted(table, columns, query, [&](const TrialRow& row) {
                                 if (++wanted.total <= limit) {
                                   wanted.rows.push_back(row);
                                 }
                                 return true;
                               }));
  for (const TrialRow& row : wanted.rows) {
    columns.learn(row.last);
  }
  return wanted;
}

std::string columns_json(const ExperimentSpec& spec,
                         const TrialColumns& columns,
                         std::span<const std::string> others,
                         std::span<const std::string> also,
                         const Wanted& wanted) {
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", 1).field("total", wanted.total);
  json.list_of("trials", wanted.rows, [&](const TrialRow& row) { json.value(row.trial.value); });
  json.list_of(
      "states", wanted.rows, [&](const TrialRow& row) { json.value(columns.state_text(row)); });
  json.list_of("columns", columns_of(spec, others, also), [&](const Column& column) {
    write_column(json, column, columns, wanted.rows);
  });
  json.end();
  return out;
}

Result<std::vector<std::string>> asked_besides(const ApiRequest& request) {
  auto names = request.list("also");
  const std::vector<std::string> known = {"iterations", "reason", "tags"};
  for (const auto& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      return Error{ErrorCode::invalid_argument, "also: " + unknown_name("column", name, known)};
    }
  }
  return names;
}

}  // namespace

ApiAnswer answer_columns(const ApiRequest& request) {
  LUTHIER_TAKE(const auto named, listed_trials(request, kMostTrials));
  LUTHIER_TAKE(const auto also, asked_besides(request));
  LUTHIER_TAKE(const auto query, trial_query(request));
  LUTHIER_TAKE(const auto limit, request.number("limit", kMostTrials, 1, kMostTrials));
  const bool running = is_running(request.experiment);
  std::string out;
  LUTHIER_TRY(request.folds.look_at_trials(request.experiment, [&](TrialTable& table) -> Result<> {
    TrialColumns columns(table.spec(), running, read_remarks(request.experiment));
    const std::size_t known = columns.known().size();
    LUTHIER_TRY(check_query(table, columns, query));
    LUTHIER_TAKE(const auto wanted, wanted_rows(table, columns, named, query, limit));
    const auto others = std::span(columns.known()).subspan(known);
    out = columns_json(table.spec(), columns, others, also, wanted);
    return {};
  }));
  return json_response(std::move(out));
}

}  // namespace luthier

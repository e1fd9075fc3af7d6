#include "laboratory/simulation/benchmarks/table_index.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

// So much of the range a number of a file may lie outside it: float32 and short decimals are
// rounded, which the warp log_one_minus makes large near 1.
constexpr double kRounded = 0.01;
const std::vector<std::string> kAxes = {"task", "configuration", "step", "metric"};

// Collects what is wrong while reading goes on.
class Reader {
 public:
  Reader(const std::string& file, const Json& root) : file_(file), root_(root) {}

  void problem(const std::string& sentence) {
    problems_.push_back(formatted("{}: {}", file_, sentence));
  }
  const Json& root() const { return root_; }
  std::optional<Error> error() const {
    if (problems_.empty()) {
      return std::nullopt;
    }
    return Error{ErrorCode::invalid_argument, join(problems_, "\n")};
  }

  std::string text(const Json& object, const std::string& key, const std::string& place) {
    const Json* found = object.find(key);
    const std::string* value = found ? found->value.text() : nullptr;
    if (value == nullptr || value->empty()) {
      problem(formatted("'{}{}' must be a text", place, key));
      return {};
    }
    return *value;
  }

  std::optional<double> number(const Json& object,
                               const std::string& key,
                               const std::string& place) {
    const Json* found = object.find(key);
    const auto value = found ? found->value.number() : std::nullopt;
    if (!value || !std::isfinite(*value)) {
      problem(formatted("'{}{}' must be a number", place, key));
      return std::nullopt;
    }
    return value;
  }

  std::vector<std::string> names(const std::string& key) {
    const Json* found = root_.find(key);
    std::vector<std::string> names;
    for (const Json& item : found ? found->items : std::vector<Json>{}) {
      const std::string* name = item.value.text();
      if (name == nullptr || name->empty() || std::ranges::find(names, *name) != names.end()) {
        problem(formatted("'{}' must be a list of names, each once", key));
        return {};
      }
      names.push_back(*name);
    }
    if (names.empty()) {
      problem(formatted("'{}' must be a list of at least one name", key));
    }
    return names;
  }

  const Json* object(const std::string& key) {
    const Json* found = root_.find(key);
    if (found == nullptr || found->kind != Json::Kind::object) {
      problem(formatted("'{}' must be an object", key));
      return nullptr;
    }
    return found;
  }

 private:
  const std::string& file_;
  const Json& root_;
  std::vector<std::string> problems_;
};

void read_axes(Reader& reader) {
  if (reader.root().find("axes") == nullptr) {
    return;
  }
  if (reader.names("axes") != kAxes) {
    reader.problem("'axes' must be [\"task\", \"configuration\", \"step\", \"metric\"]");
  }
}

void read_counts(Reader& reader, TableIndex& index) {
  const auto rows = reader.number(reader.root(), "configurations", "");
  if (rows && (*rows < 1 || *rows > 1e9 || *rows != std::floor(*rows))) {
    reader.problem("'configurations' must be a whole number from 1 to 1e9");
  }
  index.configurations = static_cast<std::int64_t>(rows.value_or(0));
  if (const Json* steps = reader.object("steps")) {
    const auto first = reader.number(*steps, "first", "steps.");
    const auto last = reader.number(*steps, "last", "steps.");
    if (first && last) {
      if (*last < *first || *last - *first > 1e9 || *first != std::floor(*first) ||
          *last != std::floor(*last)) {
        reader.problem("'steps.first' and 'steps.last' must be whole numbers in this order");
      } else {
        index.steps = static_cast<std::int64_t>(*last - *first) + 1;
      }
    }
  }
}

std::optional<std::size_t> metric_place(Reader& reader,
                                        const TableIndex& index,
                                        const std::string& name,
                                        const std::string& where) {
  const auto found = std::ranges::find(index.metrics, name);
  if (found == index.metrics.end()) {
    reader.problem(formatted("'{}': {}", where, unknown_name("metric", name, index.metrics)));
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - index.metrics.begin());
}

void read_time(Reader& reader, TableIndex& index) {
  const Json* time = reader.object("time");
  if (time == nullptr) {
    return;
  }
  const bool by_metric = time->find("metric") != nullptr;
  if (by_metric == (time->find("seconds_per_step") != nullptr)) {
    return reader.problem("'time' must have either 'metric' or 'seconds_per_step'");
  }
  if (!by_metric) {
    index.seconds_per_step = reader.number(*time, "seconds_per_step", "time.").value_or(1);
    if (!(index.seconds_per_step > 0)) {
      reader.problem("'time.seconds_per_step' must be above 0");
    }
    return;
  }
  index.time_metric =
      metric_place(reader, index, reader.text(*time, "metric", "time."), "time.metric");
  const Json* cumulative = time->find("cumulative");
  const bool* value = cumulative ? cumulative->value.boolean() : nullptr;
  if (value == nullptr) {
    return reader.problem(
        "'time.cumulative' must be true (seconds since the start) or false (seconds of the step)");
  }
  index.cumulative = *value;
}

void read_objective(Reader& reader, TableIndex& index) {
  const Json* objective = reader.object("objective");
  if (objective == nullptr) {
    return;
  }
  index.objective.metric = reader.text(*objective, "metric", "objective.");
  const std::string mode = reader.text(*objective, "mode", "objective.");
  if (mode != "min" && mode != "max") {
    reader.problem("'objective.mode' must be \"min\" or \"max\"");
  }
  index.objective.mode = mode == "max" ? Mode::max : Mode::min;
  metric_place(reader, index, index.objective.metric, "objective.metric");
}

void read_range(Reader& reader,
                const Json& item,
                const std::string& place,
                TableParameter& parameter) {
  const auto low = reader.number(item, "low", place);
  const auto high = reader.number(item, "high", place);
  const Json* given = item.find("warp");
  const std::string warp = given ? reader.text(item, "warp", place) : "linear";
  if (warp != "linear" && warp != "log" && warp != "log_one_minus") {
    reader.problem(formatted("'{}warp' must be linear, log or log_one_minus", place));
  }
  parameter.warp = warp == "log"             ? Warp::log
                   : warp == "log_one_minus" ? Warp::log_one_minus
                                             : Warp::linear;
  parameter.low = low.value_or(0);
  parameter.high = high.value_or(1);
  const bool whole = parameter.type == TableParameter::Type::integer;
  if (!(parameter.low < parameter.high)) {
    reader.problem(formatted("'{}low' must be below 'high'", place));
  } else if (parameter.warp == Warp::log && !(parameter.low > 0)) {
    reader.problem(formatted("'{}low' must be above 0 for the warp log", place));
  } else if (parameter.warp == Warp::log_one_minus && (!(parameter.high < 1) || whole)) {
    reader.problem(formatted("'{}warp' log_one_minus is for a float with 'high' below 1", place));
  } else if (whole && (parameter.low != std::floor(parameter.low) ||
                       parameter.high != std::floor(parameter.high) ||
                       std::abs(parameter.low) > 9e15 || std::abs(parameter.high) > 9e15)) {
    reader.problem(formatted("'{}low' and 'high' must be whole numbers for the type int", place));
  }
}

void read_values(Reader& reader,
                 const Json& item,
                 const std::string& place,
                 TableParameter& parameter) {
  const Json* values = item.find("values");
  for (const Json& value : values ? values->items : std::vector<Json>{}) {
    if (value.kind == Json::Kind::scalar && !value.value.is_null()) {
      parameter.values.push_back(value.value);
    }
  }
  if (parameter.values.empty() || parameter.values.size() != values->items.size()) {
    reader.problem(formatted("'{}values' must be a list of texts, numbers or booleans", place));
  }
}

void read_parameters(Reader& reader, TableIndex& index) {
  const Json* list = reader.root().find("parameters");
  for (const Json& item : list ? list->items : std::vector<Json>{}) {
    const std::string place = formatted("parameters[{}].", index.parameters.size());
    TableParameter parameter;
    parameter.name = reader.text(item, "name", place);
    const std::string type = reader.text(item, "type", place);
    if (type != "float" && type != "int" && type != "choice") {
      reader.problem(formatted("'{}type' must be float, int or choice", place));
    }
    parameter.type = type == "int"      ? TableParameter::Type::integer
                     : type == "choice" ? TableParameter::Type::choice
                                        : TableParameter::Type::real;
    if (parameter.type == TableParameter::Type::choice) {
      read_values(reader, item, place, parameter);
    } else {
      read_range(reader, item, place, parameter);
    }
    index.parameters.push_back(std::move(parameter));
  }
  if (index.parameters.empty()) {
    reader.problem("'parameters' must be a list of at least one parameter");
  }
}

double warped(Warp warp, double value) {
  switch (warp) {
    case Warp::linear:
      return value;
    case Warp::log:
      return std::log(value);
    case Warp::log_one_minus:
      return -std::log1p(-value);
  }
  return value;
}

// Whether a cell of a file is this value of a choice. Python and R write True and TRUE.
bool says(std::string_view cell, const Value& value) {
  if (const bool* boolean = value.boolean()) {
    const auto is = [&](std::string_view small, std::string_view title, std::string_view large) {
      return cell == small || cell == title || cell == large;
    };
    return *boolean ? is("true", "True", "TRUE") : is("false", "False", "FALSE");
  }
  const std::string* text = value.text();
  return text != nullptr ? *text == cell : value.number() == parse_number(cell);
}

}  // namespace

std::optional<double> TableParameter::coordinate(const Value& value) const {
  if (type == Type::choice) {
    // Whole numbers come back from a log as they are written there, 1 or 1.0.
    const auto found = std::ranges::find_if(values, [&](const Value& each) {
      const bool numbers = each.number() && !each.boolean() && !value.boolean();
      return each == value || (numbers && each.number() == value.number());
    });
    return found == values.end() ? std::nullopt
                                 : std::optional(static_cast<double>(found - values.begin()));
  }
  const auto number = value.number();
  if (!number) {
    return std::nullopt;
  }
  const double from = warped(warp, low);
  const double place = (warped(warp, *number) - from) / (warped(warp, high) - from);
  return std::isfinite(place) ? std::optional(place) : std::nullopt;
}

std::optional<double> TableParameter::coordinate_of_cell(std::string_view cell) const {
  if (type == Type::choice) {
    const auto found =
        std::ranges::find_if(values, [&](const Value& value) { return says(cell, value); });
    return found == values.end() ? std::nullopt
                                 : std::optional(static_cast<double>(found - values.begin()));
  }
  const auto number = parse_number(cell);
  if (!number || (type == Type::integer && *number != std::floor(*number))) {
    return std::nullopt;
  }
  const auto place = coordinate(*number);
  const bool inside = place && *place >= -kRounded && *place <= 1 + kRounded;
  return inside ? place : std::nullopt;
}

std::string TableParameter::meaning() const {
  if (type == Type::choice) {
    std::vector<std::string> texts;
    std::ranges::transform(
        values, std::back_inserter(texts), [](const Value& value) { return to_text(value); });
    return "one of " + join(texts, ", ");
  }
  return formatted("{}{} to {}",
                   type == Type::integer ? "a whole number from " : "a number from ",
                   format_number(low),
                   format_number(high));
}

Result<TableIndex> TableIndex::read(const Json& root, const std::string& file) {
  Reader reader(file, root);
  TableIndex index;
  index.name = reader.text(root, "name", "");
  index.tasks = reader.names("tasks");
  index.metrics = reader.names("metrics");
  read_axes(reader);
  read_counts(reader, index);
  read_time(reader, index);
  read_objective(reader, index);
  read_parameters(reader, index);
  if (const auto error = reader.error()) {
    return *error;
  }
  return index;
}

}  // namespace luthier

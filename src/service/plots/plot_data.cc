#include "service/plots/plot_data.h"

#include <algorithm>
#include <limits>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"

namespace luthier {
namespace {

std::string name_of(const Json& value) {
  const auto plain = value.to_value();
  return plain ? to_text(*plain) : "";
}

bool is_number(const Json& value) {
  const std::string* text = value.value.text();
  return value.kind == Json::Kind::scalar &&
         (value.value.number() || (text != nullptr && special_number(*text)));
}

bool is_absent(const Json& value) {
  return value.kind == Json::Kind::scalar && value.value == Value();
}

// A category has the places of its values' names, in the order of the choices and then as they
// come.
void take_values(PlotColumn& column, const Json& json, bool category) {
  for (const Json& choice : items_of(json, "choices")) {
    column.names.push_back(name_of(choice));
  }
  for (const Json& value : items_of(json, "values")) {
    if (!category || is_absent(value)) {
      column.values.push_back(number_in(value));
      continue;
    }
    const std::string name = name_of(value);
    const auto found = std::ranges::find(column.names, name);
    column.values.push_back(static_cast<double>(found - column.names.begin()));
    if (found == column.names.end()) {
      column.names.push_back(name);
    }
  }
}

PlotColumn column_of(const Json& json) {
  PlotColumn column{.name = text_member(json, "name"),
                    .kind = text_member(json, "kind"),
                    .logarithmic = text_member(json, "scale") == "log",
                    .maximised = text_member(json, "mode") == "max"};
  const auto& values = items_of(json, "values");
  const bool category = text_member(json, "scale") == "category" ||
                        std::ranges::any_of(values, [](const Json& value) {
                          return !is_number(value) && !is_absent(value);
                        });
  take_values(column, json, category);
  return column;
}

}  // namespace

Result<Json> asked(const std::filesystem::path& experiment,
                   const std::vector<std::string>& path,
                   const ApiDoor::Query& query) {
  ApiDoor door(experiment);
  const auto answer = door.ask(path, query);
  LUTHIER_TAKE(auto json, parse_json(answer.json));
  if (answer.refused) {
    return Error{ErrorCode::invalid_argument, text_member(json, "error")};
  }
  return json;
}

double number_in(const Json& scalar) {
  return scalar.value.number().value_or(std::numeric_limits<double>::quiet_NaN());
}

double number_of(const Json& json, std::string_view member) {
  const Json* found = json.find(member);
  return found == nullptr ? std::numeric_limits<double>::quiet_NaN() : number_in(*found);
}

std::string text_member(const Json& json, std::string_view member) {
  const Json* found = json.find(member);
  const std::string* text = found == nullptr ? nullptr : found->value.text();
  return text == nullptr ? "" : *text;
}

const std::vector<Json>& items_of(const Json& json, std::string_view member) {
  static const std::vector<Json> kNone;
  const Json* found = json.find(member);
  return found == nullptr ? kNone : found->items;
}

const PlotColumn* PlotColumns::find(std::string_view name, bool parameter) const {
  const auto found = std::ranges::find_if(columns, [&](const PlotColumn& each) {
    return each.name == name && (each.kind == "parameter") == parameter;
  });
  return found == columns.end() ? nullptr : &*found;
}

Result<const PlotColumn*> PlotColumns::metric(const std::string& name) const {
  std::vector<std::string> known;
  for (const PlotColumn& each : columns) {
    if (each.kind == "objective" && (name.empty() || each.name == name)) {
      return &each;
    }
    if (each.kind != "parameter") {
      known.push_back(each.name);
    }
  }
  const PlotColumn* found = find(name, false);
  return found == nullptr
             ? Result<const PlotColumn*>(Error{ErrorCode::invalid_argument,
                                               "--metric: " + unknown_name("metric", name, known)})
             : found;
}

Result<PlotColumns> columns_of(const std::filesystem::path& experiment) {
  LUTHIER_TAKE(const auto json, asked(experiment, {"columns"}));
  PlotColumns columns;
  for (const Json& trial : items_of(json, "trials")) {
    columns.trials.push_back(static_cast<std::int64_t>(number_in(trial)));
  }
  for (const Json& each : items_of(json, "columns")) {
    columns.columns.push_back(column_of(each));
  }
  return columns;
}

Error nothing_to_draw(const std::filesystem::path& experiment, std::string_view metric) {
  return failure(ErrorCode::not_found,
                 "there is nothing to draw: no trial of '{}' has a finite value of {}",
                 experiment.filename().string(),
                 metric);
}

}  // namespace luthier

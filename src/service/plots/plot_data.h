// What plots read from answers of the API.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "service/report/api_door.h"

namespace luthier {

// An answer, or the error that it says.
Result<Json> asked(const std::filesystem::path& experiment,
                   const std::vector<std::string>& path,
                   const ApiDoor::Query& query = {});

// Of a member that may be absent or something else: NaN, "", no items.
double number_of(const Json& json, std::string_view member);
std::string text_member(const Json& json, std::string_view member);
const std::vector<Json>& items_of(const Json& json, std::string_view member);
double number_in(const Json& scalar);

struct PlotColumn {
  std::string name;
  std::string kind;                // parameter, objective or metric
  bool logarithmic = false;        // as a parameter is drawn
  bool maximised = false;          // an objective
  std::vector<std::string> names;  // of a category: values are their places here
  std::vector<double> values;      // NaN: there is none
};
struct PlotColumns {
  std::vector<std::int64_t> trials;
  std::vector<PlotColumn> columns;

  const PlotColumn* find(std::string_view name, bool parameter) const;
  // A metric, or the first objective where `name` is empty; invalid_argument: there is none.
  Result<const PlotColumn*> metric(const std::string& name) const;
};
Result<PlotColumns> columns_of(const std::filesystem::path& experiment);

// "there is nothing to draw: no trial of 'digits' has a finite value of loss"
Error nothing_to_draw(const std::filesystem::path& experiment, std::string_view metric);

}  // namespace luthier

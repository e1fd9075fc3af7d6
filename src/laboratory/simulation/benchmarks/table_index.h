// TableIndex: the JSON file that says what a table of learning curves holds (docs/simulation.md
// describes the layout).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "luthier/error.h"
#include "luthier/trial.h"
#include "luthier/value.h"

namespace luthier {

// How a parameter's range is stretched before distances are measured.
enum class Warp : std::uint8_t { linear, log, log_one_minus };

struct TableParameter {
  enum class Type : std::uint8_t { real, integer, choice } type = Type::real;
  std::string name;
  double low = 0;
  double high = 0;
  Warp warp = Warp::linear;
  ValueList values = {};  // of a choice

  // Place in the unit cube; the index of the value of a choice. Nothing when `value` is none of the
  // parameter's: not a number, or not one that the warp can take.
  std::optional<double> coordinate(const Value& value) const;
  // The same of a cell of a file, which must lie in the range.
  std::optional<double> coordinate_of_cell(std::string_view cell) const;
  // What a value is: "a whole number from 1 to 5", "one of sgd, adam".
  std::string meaning() const;
};

struct TableIndex {
  std::string name;
  std::vector<std::string> tasks;
  std::int64_t configurations = 0;
  std::vector<std::string> metrics;
  std::int64_t steps = 0;
  // How long a step lasts: this metric, in seconds ...
  std::optional<std::size_t> time_metric;
  bool cumulative = false;      // ... since the start, not since the step before
  double seconds_per_step = 0;  // without a metric
  Objective objective;
  std::vector<TableParameter> parameters;

  // Every problem of the file is in the error, one a line, with `file` before each.
  static Result<TableIndex> read(const Json& root, const std::string& file);
};

}  // namespace luthier

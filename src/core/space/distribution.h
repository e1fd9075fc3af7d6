// Distribution: a checked domain as a map between values and coordinates in [0, 1). The coordinate
// is the distribution's own quantile, so that uniform coordinates give the declared distribution.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "luthier/compiled_space.h"
#include "luthier/space.h"

namespace luthier {

class Distribution {
 public:
  // Preconditions: domain_problems(domain) is empty; the kind is neither constant nor expression.
  explicit Distribution(const Domain& domain);

  AxisKind axis_kind() const;
  std::int64_t levels() const { return levels_; }  // 0: continuous or unbounded

  // Coordinates outside [0, 1) count as the nearest inside; NaN as 0.
  Value value(double coordinate) const;
  // Nothing for a value that the domain does not hold. A continuous domain takes its upper bound
  // too: people write it down, although it is never drawn.
  std::optional<double> coordinate(const Value& value) const;
  // [first, second): the coordinates of the same value; empty where values are continuous.
  std::pair<double, double> cell(double coordinate) const;

 private:
  bool is_integer() const;
  bool is_listed() const {
    return kind_ == DomainKind::choice || kind_ == DomainKind::grid || is_worded();
  }
  bool is_worded() const { return kind_ == DomainKind::flag || kind_ == DomainKind::secret; }
  bool has_log_cells() const;

  double continuous_value(double coordinate) const;
  double continuous_coordinate(double number) const;
  double log_position(double number) const;

  std::int64_t level(double coordinate) const;
  std::int64_t level_guess(double coordinate) const;
  double edge(std::int64_t level) const;  // where the cell of a level begins
  double cut(std::int64_t level) const;   // the same as a number of the domain
  double number_of(std::int64_t level) const;
  Value value_of(std::int64_t level) const;
  std::optional<std::int64_t> level_of(const Value& value) const;
  double centre(std::int64_t level) const;

  DomainKind kind_;
  double low_;
  double high_;
  double step_;
  double log_low_ = 0;    // log of where the first cell begins
  double log_width_ = 0;  // up to where the last cell ends
  std::int64_t levels_ = 0;
  double scale_ = 0;  // a power of ten that makes low and step whole; 0: there is none
  double scaled_low_ = 0;
  double scaled_step_ = 0;
  ValueList values_;
};

// How many levels low, low + step, ... up to high has. Precondition: low <= high, step > 0.
double count_levels(double low, double high, double step);

}  // namespace luthier

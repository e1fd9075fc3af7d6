// The probability of each value:
//   uniform, loguniform, normal     their densities (on a linear or log scale; Gaussian)
//   quniform, randint, qrandint     every level the same
//   choice, grid, flag, secret      every value the same
//   lograndint                      level k has the share of [k, k + 1) on the log scale
//   qloguniform, qlograndint        a level's cell reaches half-way to its neighbours; the level
//   has
//                                   the share of its cell on the log scale. The first cell begins
//                                   as far below `low` on the log scale as it ends above, the last
//                                   ends half a step above its level.
//   qnormal                         a multiple of the step has the share of half a step around it
// Levels are computed in whole multiples of a power of ten where low, high and step have at most 15
// decimals, so that 3 * 0.1 is 0.3.
#include "core/space/distribution.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/space/normal_distribution.h"

namespace luthier {
namespace {

constexpr double kBelowOne = 1.0 - 0x1p-53;
constexpr double kExactIntegers = 0x1p53;
// What coordinate 0 means to a normal: the middle of the generator's first interval, no infinity.
constexpr double kLeastProbability = 0x1p-54;

double clamp_coordinate(double coordinate) {
  return coordinate >= 0 ? std::min(coordinate, kBelowOne) : 0.0;
}

double below(double number) {
  return std::nextafter(number, -HUGE_VAL);
}

// Digits after the decimal point of the shortest decimal.
int decimals(double number) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(
      buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const auto e = text.find('e');
  const auto point = text.find('.');
  const int digits = point == std::string_view::npos ? 0 : static_cast<int>(e - point - 1);
  int exponent = 0;
  const std::size_t sign = text[e + 1] == '+' ? 2 : 1;
  std::from_chars(text.data() + e + sign, text.data() + text.size(), exponent);
  return std::max(0, digits - exponent);
}

// The power of ten that makes all three whole, 0 where that leaves the exact integers.
double common_scale(double a, double b, double c) {
  const int places = std::max({decimals(a), decimals(b), decimals(c)});
  const double scale = places <= 15 ? std::pow(10.0, places) : 0.0;
  const double largest = std::max({std::abs(a), std::abs(b), std::abs(c)});
  return largest * scale < kExactIntegers ? scale : 0.0;
}

}  // namespace

double count_levels(double low, double high, double step) {
  if (const double scale = common_scale(low, high, step); scale > 0) {
    const double width = std::round(high * scale) - std::round(low * scale);
    return std::floor(width / std::round(step * scale)) + 1;
  }
  constexpr double kRounding = 1e-9;  // of a step: the error of the division
  return std::floor((high - low) / step + kRounding) + 1;
}

Distribution::Distribution(const Domain& domain)
    : kind_(domain.kind),
      low_(domain.low),
      high_(domain.high),
      step_(domain.step),
      values_(domain.values) {
  const auto decimal_steps = [&] {
    scale_ = common_scale(low_, high_, step_);
    scaled_low_ = std::round(low_ * scale_);
    scaled_step_ = std::round(step_ * scale_);
  };
  switch (kind_) {
    case DomainKind::randint:
    case DomainKind::lograndint:
      step_ = 1;
      levels_ = static_cast<std::int64_t>(high_ - low_);
      break;
    case DomainKind::quniform:
    case DomainKind::qloguniform:
    case DomainKind::qrandint:
    case DomainKind::qlograndint:
      levels_ = static_cast<std::int64_t>(count_levels(low_, high_, step_));
      decimal_steps();
      break;
    case DomainKind::qnormal:
      scale_ = common_scale(0, 0, step_);
      scaled_step_ = std::round(step_ * scale_);
      break;
    case DomainKind::choice:
    case DomainKind::grid:
    case DomainKind::flag:
    case DomainKind::secret:
      levels_ = static_cast<std::int64_t>(values_.size());
      break;
    default:
      break;
  }
  if (kind_ == DomainKind::loguniform) {
    log_low_ = std::log(low_);
    log_width_ = std::log(high_) - log_low_;
  } else if (has_log_cells()) {
    log_low_ = std::log(cut(0));
    log_width_ = std::log(cut(levels_)) - log_low_;
  }
}

bool Distribution::is_integer() const {
  return kind_ == DomainKind::randint || kind_ == DomainKind::qrandint ||
         kind_ == DomainKind::lograndint || kind_ == DomainKind::qlograndint;
}

bool Distribution::has_log_cells() const {
  return kind_ == DomainKind::lograndint || kind_ == DomainKind::qlograndint ||
         kind_ == DomainKind::qloguniform;
}

AxisKind Distribution::axis_kind() const {
  switch (kind_) {
    case DomainKind::uniform:
    case DomainKind::loguniform:
    case DomainKind::normal:
      return AxisKind::continuous;
    case DomainKind::choice:
    case DomainKind::flag:
    case DomainKind::secret:
      return AxisKind::categorical;
    case DomainKind::grid: {
      const auto is_number = [](const Value& v) { return v.number() && !v.boolean(); };
      const bool ordered =
          std::ranges::all_of(values_, is_number) &&
          std::ranges::is_sorted(values_, {}, [](const Value& v) { return *v.number(); });
      return ordered ? AxisKind::ordinal : AxisKind::categorical;
    }
    default:
      return AxisKind::ordinal;
  }
}

Value Distribution::value(double coordinate) const {
  coordinate = clamp_coordinate(coordinate);
  return axis_kind() == AxisKind::continuous ? Value(continuous_value(coordinate))
                                             : value_of(level(coordinate));
}

double Distribution::continuous_value(double coordinate) const {
  if (kind_ == DomainKind::normal) {
    return low_ + high_ * normal_quantile(std::max(coordinate, kLeastProbability));
  }
  double number = 0;
  if (kind_ == DomainKind::loguniform) {
    number = coordinate == 0 ? low_ : std::exp(log_low_ + log_width_ * coordinate);
  } else if (std::isfinite(high_ - low_)) {
    number = low_ + (high_ - low_) * coordinate;
  } else {
    number = low_ * (1 - coordinate) + high_ * coordinate;
  }
  return std::clamp(number, low_, below(high_));
}

double Distribution::log_position(double number) const {
  return (std::log(number) - log_low_) / log_width_;
}

double Distribution::continuous_coordinate(double number) const {
  switch (kind_) {
    case DomainKind::normal:
      return clamp_coordinate(normal_cdf((number - low_) / high_));
    case DomainKind::loguniform:
      return clamp_coordinate(log_position(number));
    default:  // halves: the width of the domain may exceed the largest double
      return clamp_coordinate((number / 2 - low_ / 2) / (high_ / 2 - low_ / 2));
  }
}

std::optional<double> Distribution::coordinate(const Value& value) const {
  if (is_listed() || axis_kind() != AxisKind::continuous) {
    const auto level = level_of(value);
    return level ? std::optional(centre(*level)) : std::nullopt;
  }
  const auto number = value.boolean() ? std::nullopt : value.number();
  if (!number || !std::isfinite(*number)) {
    return std::nullopt;
  }
  const bool inside = kind_ == DomainKind::normal || (*number >= low_ && *number <= high_);
  return inside ? std::optional(continuous_coordinate(*number)) : std::nullopt;
}

std::pair<double, double> Distribution::cell(double coordinate) const {
  coordinate = clamp_coordinate(coordinate);
  if (axis_kind() == AxisKind::continuous) {
    return {coordinate, coordinate};
  }
  const std::int64_t k = level(coordinate);
  if (kind_ == DomainKind::qnormal) {  // the tails beyond the outermost levels belong to them
    return {k == level(0) ? 0.0 : edge(k), k == level(kBelowOne) ? 1.0 : edge(k + 1)};
  }
  return {edge(k), edge(k + 1)};
}

double Distribution::cut(std::int64_t level) const {
  if (kind_ == DomainKind::lograndint) {
    return low_ + static_cast<double>(level);
  }
  if (level == 0) {
    return low_ * (low_ / (low_ + step_ / 2));
  }
  return number_of(level - 1) + step_ / 2;
}

double Distribution::edge(std::int64_t level) const {
  if (kind_ == DomainKind::qnormal) {
    return normal_cdf(((static_cast<double>(level) - 0.5) * step_ - low_) / high_);
  }
  if (level <= 0 || level >= levels_) {
    return level <= 0 ? 0.0 : 1.0;
  }
  return has_log_cells() ? log_position(cut(level))
                         : static_cast<double>(level) / static_cast<double>(levels_);
}

std::int64_t Distribution::level_guess(double coordinate) const {
  if (!has_log_cells()) {
    return static_cast<std::int64_t>(coordinate * static_cast<double>(levels_));
  }
  const double number = std::exp(log_low_ + log_width_ * coordinate);
  const double half = kind_ == DomainKind::lograndint ? 0.0 : 0.5;
  return static_cast<std::int64_t>((number - low_) / step_ + half);
}

std::int64_t Distribution::level(double coordinate) const {
  if (kind_ == DomainKind::qnormal) {
    coordinate = std::max(coordinate, kLeastProbability);
    const double number = low_ + high_ * normal_quantile(coordinate);
    const auto k = static_cast<std::int64_t>(std::floor(number / step_ + 0.5));
    return coordinate < edge(k) ? k - 1 : coordinate >= edge(k + 1) ? k + 1 : k;
  }
  const std::int64_t guess = std::clamp(level_guess(coordinate), std::int64_t{0}, levels_ - 1);
  if (edge(guess) <= coordinate && coordinate < edge(guess + 1)) {
    return guess;
  }
  // Rounding put the guess into a neighbour: the edges decide.
  std::int64_t first = 0;
  std::int64_t last = levels_ - 1;
  while (first < last) {
    const std::int64_t middle = first + (last - first + 1) / 2;
    if (edge(middle) <= coordinate) {
      first = middle;
    } else {
      last = middle - 1;
    }
  }
  return first;
}

double Distribution::number_of(std::int64_t level) const {
  const auto k = static_cast<double>(level);
  if (kind_ == DomainKind::qnormal) {
    return scale_ > 0 && std::abs(k * scaled_step_) < kExactIntegers ? k * scaled_step_ / scale_
                                                                     : k * step_;
  }
  return scale_ > 0 ? (scaled_low_ + k * scaled_step_) / scale_ : low_ + k * step_;
}

Value Distribution::value_of(std::int64_t level) const {
  if (is_listed()) {
    return values_[static_cast<std::size_t>(level)];
  }
  const double number = number_of(level);
  return is_integer() ? Value(static_cast<std::int64_t>(number)) : Value(number);
}

std::optional<std::int64_t> Distribution::level_of(const Value& value) const {
  if (is_listed()) {
    const auto same = [&](const Value& each) {
      const bool numbers = !each.boolean() && !value.boolean() && each.number() && value.number();
      return each == value || (numbers && *each.number() == *value.number());
    };
    const auto found = std::ranges::find_if(values_, same);
    return found == values_.end() ? std::nullopt : std::optional(found - values_.begin());
  }
  const auto number = value.boolean() ? std::nullopt : value.number();
  if (!number || !std::isfinite(*number) || (is_integer() && !value.integer())) {
    return std::nullopt;
  }
  const double base = kind_ == DomainKind::qnormal ? 0 : low_;
  const double k = std::round((*number - base) / step_);
  if (!(std::abs(k) < kExactIntegers) ||
      (levels_ > 0 && (k < 0 || k >= static_cast<double>(levels_)))) {
    return std::nullopt;
  }
  constexpr double kRounding = 1e-9;  // a value written with fewer digits still counts
  const auto level = static_cast<std::int64_t>(k);
  const double error = std::abs(number_of(level) - *number);
  const bool hit = error <= kRounding * std::max(step_, std::abs(*number) * 1e-6);
  return hit ? std::optional(level) : std::nullopt;
}

double Distribution::centre(std::int64_t level) const {
  return clamp_coordinate((edge(level) + edge(level + 1)) / 2);
}

}  // namespace luthier

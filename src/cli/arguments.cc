#include "cli/arguments.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace luthier::cli {
namespace {

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

Error wrong(std::string_view option, std::string_view text, std::string_view wanted) {
  return {ErrorCode::invalid_argument,
          std::string(option) + " is " + quoted(text) + "; it must be " + std::string(wanted)};
}

}  // namespace

std::optional<std::string> Arguments::text(std::string_view name) const {
  std::optional<std::string> last;
  for (const auto& [option, value] : given_) {
    if (option->name == name) {
      last = value;
    }
  }
  return last;
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [option, value] : given_) {
    if (option->name == name) {
      values.push_back(value);
    }
  }
  return values;
}

std::optional<std::string> Arguments::operand(std::size_t index) const {
  return index < operands_.size() ? std::optional(operands_[index]) : std::nullopt;
}

Result<TrialId> parse_trial(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || *number < 0) {
    return wrong("TRIAL", text, "a trial's number, such as 42 or 00042");
  }
  return TrialId{*number};
}

Result<std::int64_t> parse_count(std::string_view option,
                                 std::string_view text,
                                 std::int64_t minimum) {
  const auto number = parse_integer(text);
  if (!number || *number < minimum) {
    return wrong(option, text, "a whole number of at least " + std::to_string(minimum));
  }
  return *number;
}

Result<double> parse_duration(std::string_view option, std::string_view text) {
  constexpr std::array<std::pair<char, double>, 4> kUnits = {
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}}};
  std::string_view digits = trim(text);
  double scale = 1;
  for (const auto& [unit, seconds] : kUnits) {
    if (digits.ends_with(unit)) {
      digits.remove_suffix(1);
      scale = seconds;
      break;
    }
  }
  const auto number = parse_number(digits);
  constexpr double kLongest = 100.0 * 365 * 86400;
  if (!number || !std::isfinite(*number) || *number < 0 || *number * scale > kLongest) {
    return wrong(option, text, "a time such as 90, 90s, 15m, 2h or 1d");
  }
  return *number * scale;
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 9> kUnits = {{{"KiB", 0x1p10},
                                                                          {"MiB", 0x1p20},
                                                                          {"GiB", 0x1p30},
                                                                          {"TiB", 0x1p40},
                                                                          {"KB", 1e3},
                                                                          {"MB", 1e6},
                                                                          {"GB", 1e9},
                                                                          {"TB", 1e12},
                                                                          {"B", 1}}};
  double scale = 1;
  text = trim(text);
  for (const auto& [unit, bytes] : kUnits) {
    if (text.ends_with(unit)) {
      text.remove_suffix(unit.size());
      scale = bytes;
      break;
    }
  }
  const auto number = parse_number(text);
  if (!number || !(*number >= 0) || *number * scale > 0x1p62) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*number * scale);
}

}  // namespace luthier::cli

#include "cli/options/arguments.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/format.h"
#include "base/text.h"

namespace luthier::cli {
namespace {

std::string quoted(std::string_view text) {
  return formatted("'{}'", text);
}

Error wrong(std::string_view option, std::string_view text, std::string_view wanted) {
  return {ErrorCode::invalid_argument,
          formatted("{} is {}; it must be {}", option, quoted(text), wanted)};
}

// Of a unit, under any of its names; nothing for another word.
std::optional<double> unit_seconds(std::string_view word) {
  struct Unit {
    std::string_view names;  // with a blank around each
    double seconds;
  };
  constexpr std::array kUnits = {Unit{" s sec secs second seconds ", 1},
                                 Unit{" m min mins minute minutes ", 60},
                                 Unit{" h hr hrs hour hours ", 3600},
                                 Unit{" d day days ", 86400}};
  for (const auto& unit : kUnits) {
    if (!word.empty() && unit.names.find(formatted(" {} ", word)) != std::string_view::npos) {
      return unit.seconds;
    }
  }
  return std::nullopt;
}

// "90", "1.5h", "5 min", "1h30m".
std::optional<double> seconds_of(std::string_view text) {
  if (const auto number = parse_number(text)) {
    return std::isfinite(*number) && *number >= 0 ? number : std::nullopt;
  }
  double seconds = 0;
  for (std::string_view left = text; !left.empty();) {
    const auto digits = std::min(left.find_first_not_of("0123456789.eE+"), left.size());
    const auto number = parse_number(left.substr(0, digits));
    left = trim(left.substr(digits));
    const auto word = std::min(left.find_first_of("0123456789. "), left.size());
    const auto unit = unit_seconds(left.substr(0, word));
    if (!number || !unit || !(*number >= 0)) {
      return std::nullopt;
    }
    seconds += *number * *unit;
    left = trim(left.substr(word));
  }
  return text.empty() ? std::nullopt : std::optional(seconds);
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
  constexpr double kLongest = 100.0 * 365 * 86400;
  const auto seconds = seconds_of(trim(text));
  if (!seconds || !(*seconds <= kLongest)) {
    return wrong(option, text, "a time such as 90, 90s, 15m, 1h30m, 2h or 1d");
  }
  return *seconds;
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

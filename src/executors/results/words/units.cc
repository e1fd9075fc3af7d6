#include "executors/results/words/units.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "executors/results/words/amount.h"

namespace luthier {
namespace {

enum class Measure : std::uint8_t { time, bytes };
struct Unit {
  std::string_view name;
  Measure measure;
  double size;  // in seconds or bytes
};

constexpr std::array kUnits = {Unit{"ps", Measure::time, 1e-12},
                               Unit{"ns", Measure::time, 1e-9},
                               Unit{"us", Measure::time, 1e-6},
                               Unit{"\xC2\xB5s", Measure::time, 1e-6},
                               Unit{"\xCE\xBCs", Measure::time, 1e-6},
                               Unit{"usec", Measure::time, 1e-6},
                               Unit{"ms", Measure::time, 1e-3},
                               Unit{"msec", Measure::time, 1e-3},
                               Unit{"msecs", Measure::time, 1e-3},
                               Unit{"s", Measure::time, 1},
                               Unit{"sec", Measure::time, 1},
                               Unit{"secs", Measure::time, 1},
                               Unit{"second", Measure::time, 1},
                               Unit{"seconds", Measure::time, 1},
                               Unit{"min", Measure::time, 60},
                               Unit{"mins", Measure::time, 60},
                               Unit{"minute", Measure::time, 60},
                               Unit{"minutes", Measure::time, 60},
                               Unit{"m", Measure::time, 60},
                               Unit{"h", Measure::time, 3600},
                               Unit{"hr", Measure::time, 3600},
                               Unit{"hour", Measure::time, 3600},
                               Unit{"hours", Measure::time, 3600},
                               Unit{"B", Measure::bytes, 1},
                               Unit{"bytes", Measure::bytes, 1},
                               Unit{"KB", Measure::bytes, 1e3},
                               Unit{"kB", Measure::bytes, 1e3},
                               Unit{"MB", Measure::bytes, 1e6},
                               Unit{"GB", Measure::bytes, 1e9},
                               Unit{"TB", Measure::bytes, 1e12},
                               Unit{"KiB", Measure::bytes, 1024.0},
                               Unit{"MiB", Measure::bytes, 1048576.0},
                               Unit{"GiB", Measure::bytes, 1073741824.0}};

// Words that measure, which nothing is converted to or from.
constexpr std::array<std::string_view, 32> kOthers = {
    "x",       "px",  "dB",   "Hz",   "kHz",    "MHz",  "GHz",  "W",    "J",     "kJ",     "eV",
    "Ry",      "Ha",  "K",    "C",    "points", "it",   "its",  "iter", "iters", "cycles", "ticks",
    "percent", "pct", "kbps", "Mbps", "Gbps",   "kcal", "user", "u",    "pts",   "fps"};

const Unit* unit_named(std::string_view name) {
  const auto* found = std::ranges::find(kUnits, name, &Unit::name);
  return found == kUnits.end() ? nullptr : found;
}

}  // namespace

std::optional<double> multiplier(std::string_view letter) {
  if (letter == "k" || letter == "K") {
    return 1e3;
  }
  if (letter == "M") {
    return 1e6;
  }
  if (letter == "G") {
    return 1e9;
  }
  return std::nullopt;
}

bool is_unit(std::string_view word) {
  if (unit_named(word) != nullptr || std::ranges::find(kOthers, word) != kOthers.end()) {
    return true;
  }
  const auto slash = word.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < word.size() &&
         word.find('/', slash + 1) == std::string_view::npos;
}

Value converted(const Value& value, std::string_view from, std::string_view to) {
  const Unit* source = unit_named(from);
  const Unit* target = unit_named(to);
  const auto number = value.number();
  if (from == to || source == nullptr || target == nullptr || !number ||
      source->measure != target->measure || source->size == target->size) {
    return value;
  }
  return source->size > target->size ? Value(*number * (source->size / target->size))
                                     : Value(*number / (target->size / source->size));
}

}  // namespace luthier

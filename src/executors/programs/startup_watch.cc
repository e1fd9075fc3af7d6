#include "executors/programs/startup_watch.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

constexpr std::int64_t kFewestResults = 3;
constexpr double kSpread = 0.05;  // share of an attempt that its results are spread over, at least
constexpr double kMost = 0.5;     // share of an attempt that is most of it
constexpr double kWorthSaying = 0.2;  // seconds
constexpr std::size_t kAttempts = 3;  // that have to agree

double seconds(TimePoint from, TimePoint to) {
  return static_cast<double>(to - from) / 1e6;
}

double middle(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::string in_words(double seconds) {
  return format_number(static_cast<double>(static_cast<std::int64_t>(seconds * 10 + 0.5)) / 10) +
         " s";
}

}  // namespace

std::optional<double> startup_seconds(const ResultTimes& times, TimePoint ended) {
  const double spread = seconds(times.first, times.last);
  if (times.count < kFewestResults || spread < kSpread * seconds(times.started, ended)) {
    return std::nullopt;
  }
  const double each = spread / static_cast<double>(times.count - 1);
  return std::max(seconds(times.started, times.first) - each, 0.0);
}

std::optional<std::string> StartupWatch::on_ended(const ResultTimes& times, TimePoint now) {
  const auto startup = startup_seconds(times, now);
  if (said_ || !startup) {
    return std::nullopt;
  }
  const double total = seconds(times.started, now);
  if (*startup < kWorthSaying || *startup < kMost * total) {
    startups_s_.clear();
    totals_s_.clear();
    return std::nullopt;
  }
  startups_s_.push_back(*startup);
  totals_s_.push_back(total);
  if (startups_s_.size() < kAttempts) {
    return std::nullopt;
  }
  said_ = true;
  return formatted(
      "the program takes {} of a trial's {} to start up; each trial repeats what it loads or "
      "compiles before its first result",
      in_words(middle(startups_s_)),
      in_words(middle(totals_s_)));
}

}  // namespace luthier

#include "executors/results/missing_metric.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "executors/programs/process_attempt.h"

namespace luthier {
namespace {

constexpr std::size_t kMostNames = 12;
constexpr std::size_t kLongestQuote = 160;

std::vector<Metrics> heard_in(const HearingOptions& wanted, const std::string& line) {
  Hearing hearing(wanted, std::nullopt);
  hearing.write(OutputStream::output, line + "\n");
  hearing.finish();
  return hearing.take();
}

bool is_heard(const HearingOptions& wanted, const std::string& name, const std::string& line) {
  const auto results =
      heard_in({.wanted = {{.name = name, .objective = true}}, .regex = wanted.regex}, line);
  return results.size() == 1 && results.front().find(name) != nullptr;
}

std::string quoted(const std::string& line) {
  const std::string shown = printable(line);
  return formatted("'{}'",
                   shown.size() <= kLongestQuote ? shown : shown.substr(0, kLongestQuote) + "...");
}

// The names that were seen, and the one that was perhaps meant.
std::string seen_in_words(const HearingOptions& wanted, const Diagnosis& diagnosis) {
  std::vector<std::string> names;
  for (const auto& seen : diagnosis.seen) {
    if (names.size() < kMostNames && std::ranges::find(names, seen.name) == names.end()) {
      names.push_back(seen.name);
    }
  }
  if (names.empty()) {
    return "no metric was seen in its output";
  }
  const auto meant = closest_name(objectives_of(wanted).front(), names);
  return formatted("metrics seen: {}{}",
                   join(names, ", "),
                   meant ? formatted(" (did you mean '{}'?)", *meant) : std::string());
}

// What stands nearest to what was wanted, and what would hear it.
std::string nearest_in_words(const Diagnosis& diagnosis) {
  if (diagnosis.nearest_line.empty()) {
    return {};
  }
  constexpr std::string_view kName = "--min ";
  std::string_view advice = diagnosis.nearest_advice;
  const bool renames = advice.starts_with(kName);
  if (renames) {
    advice.remove_prefix(kName.size());
  }
  return formatted("; the closest line, {},{}{}",
                   quoted(diagnosis.nearest_line),
                   advice.empty() ? " holds no value"
                   : renames      ? " can be read as "
                                  : " can be read with ",
                   advice);
}

std::string found(const HearingOptions& wanted, const Diagnosis& diagnosis) {
  if (!diagnosis.ambiguous.empty()) {
    return formatted("it can mean '{}'; name the one you mean",
                     join(diagnosis.ambiguous, "' or '"));
  }
  return seen_in_words(wanted, diagnosis) + nearest_in_words(diagnosis);
}

std::string remedy(const HearingOptions& wanted) {
  const std::string line = line_heard_as(wanted, objectives_of(wanted).front());
  return formatted("{}{} --metric-regex or --metric-file",
                   line.empty() ? std::string() : formatted("; print a line like '{}', or", line),
                   line.empty() ? "; give" : " give");
}

}  // namespace

std::string line_heard_as(const HearingOptions& wanted, const std::string& name) {
  for (const std::string& line : {name + "=0.5", formatted("{{{}: 0.5}}", json_string(name))}) {
    if (is_heard(wanted, name, line)) {
      return line;
    }
  }
  return {};
}

bool has_a_result(const HearingOptions& wanted, const Diagnosis& diagnosis) {
  return !diagnosis.nearest_line.empty() && !heard_in(wanted, diagnosis.nearest_line).empty();
}

std::string missing_metric(const HearingOptions& wanted, const Diagnosis& diagnosis) {
  const auto names = objectives_of(wanted);
  if (names.empty()) {
    return "ended without a result";
  }
  return formatted("ended without a value of '{}'; {}{}",
                   join(names, "' or '"),
                   found(wanted, diagnosis),
                   remedy(wanted));
}

std::string missing_report(const HearingOptions& wanted) {
  const auto names = objectives_of(wanted);
  return names.empty() ? "returned without a result; report one"
                       : formatted("returned without a value of '{}'; report it, or return it",
                                   join(names, "' or '"));
}

std::string missing_file(const HearingOptions& wanted,
                         const std::vector<std::string>& globs,
                         const std::string& why) {
  return formatted("ended without a value of '{}'; --metric-file {}: {}",
                   join(objectives_of(wanted), "' or '"),
                   join(globs, " --metric-file "),
                   why);
}

std::string nothing_heard(const HearingOptions& wanted, const Diagnosis& diagnosis) {
  return formatted("no value of '{}' was found so far in what it prints; {}{}",
                   join(objectives_of(wanted), "' or '"),
                   found(wanted, diagnosis),
                   remedy(wanted));
}

std::string late_output(std::int64_t results) {
  return formatted(
      "its {} results all came when it ended, as happens when output is buffered, so it could not "
      "be stopped early; flush the output after each result, or give --tty",
      results);
}

}  // namespace luthier

#include "executors/results/advice.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/format.h"
#include "base/terminal_text.h"

namespace luthier {
namespace {

// What a hearing of its own makes of one line.
std::optional<double> tried(const HearingOptions& options, const std::string& line) {
  if (!check_hearing(options)) {
    return std::nullopt;
  }
  Hearing hearing(options, std::nullopt);
  hearing.write(OutputStream::output, line);
  hearing.finish();
  const auto results = hearing.take();
  if (results.size() != 1) {
    return std::nullopt;
  }
  const Value* value = results.front().find(options.wanted.front().name);
  return value != nullptr ? value->number() : std::nullopt;
}

bool same(std::optional<double> a, double b) {
  return a && (*a == b || (*a != *a && b != b));
}

const std::string& objective_of(const HearingOptions& options) {
  static const std::string kNone;
  const auto found = std::ranges::find(options.wanted, true, &WantedMetric::objective);
  return found == options.wanted.end() ? kNone : found->name;
}

// Most like the objective first, then the most recent.
std::vector<const SeenNames::Name*> in_order(const SeenNames& seen, const std::string& objective) {
  std::vector<const SeenNames::Name*> order;
  for (const auto& name : seen.names()) {
    order.push_back(&name);
  }
  std::ranges::stable_sort(order, [&](const auto* a, const auto* b) {
    const double first = similarity(a->name, objective);
    const double second = similarity(b->name, objective);
    return first != second ? first > second : a->latest > b->latest;
  });
  return order;
}

Diagnosis::Seen shown(const SeenNames::Name& name, const std::vector<Meaning>& meanings) {
  Diagnosis::Seen seen{.name = printable(name.name),
                       .line = printable(name.line),
                       .stream = name.stream,
                       .times = name.times,
                       .last = name.last};
  for (const auto& meaning : meanings) {
    if (meaning.printed == name.printed && meaning.data == name.data && meaning.form == name.form &&
        meaning.stream == name.stream) {
      seen.chosen = true;
      seen.wanted = meaning.wanted;
    }
  }
  return seen;
}

std::string regex_for(const SeenNames::Name& name, const std::string& objective) {
  const auto regex = pattern_for(name.line, name.printed, name.last);
  const HearingOptions options{.wanted = {{.name = objective, .objective = true}}, .regex = regex};
  return !regex.empty() && same(tried(options, name.line), name.last) ? regex : "";
}

// An option that hears `name`; `regex`: one that does, or empty.
std::string advice_for(const SeenNames::Name& name, const std::string& regex) {
  const HearingOptions renamed{.wanted = {{.name = name.name, .objective = true}}};
  if (same(tried(renamed, name.line), name.last)) {
    return formatted("--min '{}'", printable(name.name));
  }
  return regex.empty() ? "" : formatted("--metric-regex '{}'", regex);
}

}  // namespace

Diagnosis diagnose(const HearingOptions& options,
                   const SeenNames& seen,
                   const std::vector<Meaning>& meanings,
                   std::vector<std::string> ambiguous) {
  constexpr std::size_t kMostTried = 20;
  Diagnosis diagnosis{.ambiguous = std::move(ambiguous)};
  const std::string& objective = objective_of(options);
  const auto order = in_order(seen, objective);
  for (const auto* name : order) {
    auto& one = diagnosis.seen.emplace_back(shown(*name, meanings));
    one.regex = diagnosis.seen.size() <= kMostTried ? regex_for(*name, objective) : "";
  }
  if (!order.empty()) {
    diagnosis.nearest_line = printable(order.front()->line);
    diagnosis.nearest_advice = advice_for(*order.front(), diagnosis.seen.front().regex);
  }
  return diagnosis;
}

}  // namespace luthier

#include "engine/early_failure.h"

#include <algorithm>
#include <set>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

// A failure after more than this is one of training, not of the command. Attempts that ended
// without an error status have simply said nothing of use, however long they took.
constexpr TimePoint kSoon = 60'000'000;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '+' || c == '-' || static_cast<signed char>(c) < 0;
}

bool has_digit(std::string_view word) {
  return std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

// What a person needs of a message with the last lines of stderr: how it ended, and the last line.
std::string gist(const std::string& message) {
  const std::string_view whole = trim(message);
  const auto first_end = whole.find('\n');
  if (first_end == std::string_view::npos) {
    return std::string(whole);
  }
  const std::string_view last = trim(whole.substr(whole.rfind('\n') + 1));
  std::string first(trim(whole.substr(0, first_end)));
  return first.ends_with(':') ? formatted("{} {}", first, last) : formatted("{}: {}", first, last);
}

bool anything_left(const ExperimentState& state) {
  return state.more_trials() || !state.running().empty() || !state.pending().empty() ||
         !state.paused().empty() || !state.chosen().empty() || !state.delayed().empty();
}

bool failed_soon(const ExperimentState& state, const EarlyEnd& end) {
  return state.state(end.trial) == TrialState::failed &&
         (end.lasted <= kSoon || end.exit_status == 0);
}

}  // namespace

std::string alike_form(const std::string& message, const Config& config) {
  std::set<std::string, std::less<>> values;
  for (const auto& [name, value] : config) {
    values.insert(to_text(value));
  }
  std::string out;
  for (std::size_t at = 0; at < message.size();) {
    if (!is_word(message[at])) {
      out += message[at++];
      continue;
    }
    const std::size_t start = at;
    while (at < message.size() && is_word(message[at])) {
      ++at;
    }
    const std::string_view word = std::string_view(message).substr(start, at - start);
    out += has_digit(word) || values.contains(word) ? "#" : word;
  }
  return out;
}

std::string failing_early(const ExperimentState& state, TrialId trial) {
  const auto& ends = state.first_ends();
  const bool due = ends.size() == ExperimentState::kFirstEnds && ends.back().trial == trial &&
                   state.spec().max_failures < 0 && !state.objective_seen() &&
                   state.closing_reason().empty() && anything_left(state);
  if (!due ||
      !std::ranges::all_of(ends, [&](const auto& end) { return failed_soon(state, end); })) {
    return {};
  }
  std::set<std::string> forms;
  for (const EarlyEnd& end : ends) {
    forms.insert(alike_form(state.record(end.trial).reason, state.config(end.trial)));
  }
  if (forms.size() != 1) {
    return {};
  }
  return formatted("the first {} trials failed alike before any gave a value of '{}': {}",
                   ends.size(),
                   state.objectives().front().metric,
                   gist(state.record(trial).reason));
}

}  // namespace luthier

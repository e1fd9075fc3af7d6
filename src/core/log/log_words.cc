#include "core/log/log_words.h"

#include <algorithm>
#include <array>

namespace luthier {
namespace {

constexpr std::array<std::string_view, 5> kDeciders = {
    "rule", "limit", "person", "engine", "points"};
constexpr std::array<std::string_view, 7> kLimits = {"time_budget",
                                                     "max_failures",
                                                     "stop_rule",
                                                     "retry_delay",
                                                     "scheduler_error",
                                                     "failing_early",
                                                     "no_program"};
constexpr std::array<std::string_view, 6> kRequests = {
    "stop", "pause", "resume", "retry", "extend", "enqueue"};

template <class Enum, std::size_t kCount>
std::optional<Enum> find(const std::array<std::string_view, kCount>& words, std::string_view text) {
  const auto found = std::ranges::find(words, text);
  return found == words.end() ? std::nullopt
                              : std::optional(static_cast<Enum>(found - words.begin()));
}

}  // namespace

std::string_view to_text(Decider decider) {
  return kDeciders[static_cast<std::size_t>(decider)];
}

bool is_persons(const TrialAdded& added) {
  return added.version == 0 && added.proposed_by == to_text(Decider::person);
}

std::string_view to_text(Limit limit) {
  return kLimits[static_cast<std::size_t>(limit)];
}

std::optional<Limit> parse_limit(std::string_view text) {
  return find<Limit>(kLimits, text);
}

bool interrupts(std::string_view limit) {
  const auto known = parse_limit(limit);
  return known == Limit::failing_early || known == Limit::no_program;
}

std::string_view to_text(RequestKind request) {
  return kRequests[static_cast<std::size_t>(request)];
}

std::optional<RequestKind> parse_request(std::string_view text) {
  return find<RequestKind>(kRequests, text);
}

}  // namespace luthier

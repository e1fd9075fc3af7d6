#include "core/log/canonical_agreement.h"

#include <algorithm>
#include <cmath>

#include "base/failure.h"
#include "base/format.h"
#include "base/try.h"

namespace luthier {
namespace {

const Json& member(const Json& object, const char* name) {
  static const Json kNothing;
  const Json* found = object.find(name);
  return found ? *found : kNothing;
}

std::string text_of(const Json& json) {
  const std::string* text = json.value.text();
  return text ? *text : std::string();
}

std::string iteration_of(const Json& item) {
  return to_text(member(item, "iteration").value);
}

// A few words about what stands there.
std::string brief(const Json& json) {
  if (const auto value = json.to_value(); value && json.kind != Json::Kind::object) {
    return to_text(*value);
  }
  std::string out;
  for (const auto& [name, item] : json.members) {
    out += formatted("{}{} {}", out.empty() ? "" : ", ", name, brief(item));
  }
  return out.size() <= 120 ? out : out.substr(0, 120) + "...";
}

}  // namespace

Result<Agreement> CanonicalAgreement::compare(std::string_view first, std::string_view second) {
  agreement_ = {};
  std::map<std::int64_t, Json> ours;
  std::map<std::int64_t, Json> theirs;
  LUTHIER_TRY(read(first, ours));
  LUTHIER_TRY(read(second, theirs));
  agreement_.trials = static_cast<std::int64_t>(ours.size());
  for (const auto& [id, trial] : ours) {
    const auto other = theirs.find(id);
    if (other == theirs.end()) {
      differ(formatted("trial {} is missing", id));
    } else {
      compare_trials(id, trial, other->second);
    }
  }
  for (const auto& [id, trial] : theirs) {
    if (!ours.contains(id)) {
      differ(formatted("trial {} was not there before", id));
    }
  }
  return agreement_;
}

Result<> CanonicalAgreement::read(std::string_view text,
                                  std::map<std::int64_t, Json>& trials) const {
  std::int64_t number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto json = parse_json(text.substr(0, end), {.special_numbers = true});
    ++number;
    const auto id = json ? member(*json, "trial").value.integer() : std::nullopt;
    if (!id) {
      return failure(ErrorCode::corruption,
                     "line {} of a canonical export is not a trial{}",
                     number,
                     json ? std::string() : ": " + json.error().message);
    }
    trials[*id] = std::move(*json);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return {};
}

void CanonicalAgreement::compare_trials(std::int64_t id, const Json& first, const Json& second) {
  const std::string where = "trial " + std::to_string(id);
  for (const char* name : {"proposed_by", "config", "state"}) {
    const Json& ours = member(first, name);
    const Json& theirs = member(second, name);
    if (!same(ours, theirs, false)) {
      differ(formatted("{}: {} was {} and is {}", where, name, brief(ours), brief(theirs)));
    }
  }
  if (tolerance_ == 0 && text_of(member(first, "reason")) != text_of(member(second, "reason"))) {
    differ(formatted("{} ended because of '{}' and now of '{}'",
                     where,
                     text_of(member(first, "reason")),
                     text_of(member(second, "reason"))));
  }
  compare_segments(where, member(first, "segments"), member(second, "segments"));
}

void CanonicalAgreement::compare_segments(const std::string& where,
                                          const Json& first,
                                          const Json& second) {
  if (first.items.size() != second.items.size()) {
    differ(
        formatted("{} had {} segments and has {}", where, first.items.size(), second.items.size()));
  }
  const std::size_t both = std::min(first.items.size(), second.items.size());
  for (std::size_t i = 0; i < both; ++i) {
    const Json& ours = first.items[i];
    const Json& theirs = second.items[i];
    ++agreement_.configurations;
    for (const char* name : {"config", "from"}) {
      if (!same(member(ours, name), member(theirs, name), false)) {
        differ(formatted("{}, segment {}: {} was {} and is {}",
                         where,
                         i + 1,
                         name,
                         brief(member(ours, name)),
                         brief(member(theirs, name))));
      }
    }
    compare_lists(
        where, "results", member(ours, "results"), member(theirs, "results"), agreement_.results);
    compare_lists(where,
                  "decisions",
                  member(ours, "decisions"),
                  member(theirs, "decisions"),
                  agreement_.decisions);
  }
}

void CanonicalAgreement::compare_lists(const std::string& where,
                                       const char* what,
                                       const Json& first,
                                       const Json& second,
                                       std::int64_t& counted) {
  if (first.items.size() != second.items.size()) {
    differ(
        formatted("{} had {} {} and has {}", where, first.items.size(), what, second.items.size()));
  }
  const bool decisions = std::string_view(what) == "decisions";
  const std::size_t both = std::min(first.items.size(), second.items.size());
  for (std::size_t i = 0; i < both; ++i) {
    const Json& ours = first.items[i];
    const Json& theirs = second.items[i];
    ++counted;
    const bool equal = decisions
                           ? decision_same(ours, theirs)
                           : same(member(ours, "iteration"), member(theirs, "iteration"), false) &&
                                 same(member(ours, "metrics"), member(theirs, "metrics"), true);
    if (!equal) {
      const char* shown = decisions ? "decision" : "metrics";
      differ(formatted("{}, iteration {}: {} was {} and is {}",
                       where,
                       iteration_of(ours),
                       shown,
                       brief(member(ours, shown)),
                       brief(member(theirs, shown))));
    }
  }
}

bool CanonicalAgreement::decision_same(const Json& first, const Json& second) {
  for (const char* name : {"iteration", "decision", "by"}) {
    if (!same(member(first, name), member(second, name), false)) {
      return false;
    }
  }
  // What a decision rests on are metrics of this and other trials.
  const double largest = agreement_.largest_deviation;
  const bool equal = same(member(first, "numbers"), member(second, "numbers"), true);
  agreement_.largest_deviation = largest;
  return equal &&
         (tolerance_ > 0 || text_of(member(first, "reason")) == text_of(member(second, "reason")));
}

bool CanonicalAgreement::same(const Json& first, const Json& second, bool numbers) {
  if (first.kind != second.kind || first.items.size() != second.items.size() ||
      first.members.size() != second.members.size()) {
    return false;
  }
  bool equal = first.kind != Json::Kind::scalar || same_scalar(first.value, second.value, numbers);
  for (std::size_t i = 0; i < first.items.size(); ++i) {
    equal &= same(first.items[i], second.items[i], numbers);
  }
  for (std::size_t i = 0; i < first.members.size(); ++i) {
    equal &= first.members[i].first == second.members[i].first &&
             same(first.members[i].second, second.members[i].second, numbers);
  }
  return equal;
}

bool CanonicalAgreement::same_scalar(const Value& first, const Value& second, bool numbers) {
  if (first == second) {
    return true;
  }
  const auto a = first.number();
  const auto b = second.number();
  if (!numbers || !a || !b || !std::isfinite(*a) || !std::isfinite(*b)) {
    return false;  // not equal above
  }
  // Two integers beyond the doubles' precision may be equal as doubles.
  if (*a == *b && first.integer() != second.integer()) {
    return tolerance_ > 0;
  }
  const double size = std::max(std::fabs(*a), std::fabs(*b));
  const double deviation = size == 0 ? 0 : std::fabs(*a - *b) / size;
  agreement_.largest_deviation = std::max(agreement_.largest_deviation, deviation);
  // 1 and 1.0 are one number.
  return deviation <= tolerance_;
}

void CanonicalAgreement::differ(std::string sentence) {
  if (++agreement_.differences == 1) {
    agreement_.first_difference = std::move(sentence);
  }
}

}  // namespace luthier

#include "executors/results/lines/metric_pattern.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include <re2/re2.h>

#include "base/format.h"
#include "base/text.h"
#include "executors/results/words/amount.h"

namespace luthier {
namespace {

constexpr int kMostGroups = 20;
constexpr int kMostMatches = 100;  // in a line
constexpr std::int64_t kMemory = 8 << 20;

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

// `(?<name>` as RE2 spells it before 2023.
std::string with_named_groups(const std::string& regex) {
  std::string out;
  for (std::size_t i = 0; i < regex.size(); ++i) {
    const std::string_view rest = std::string_view(regex).substr(i);
    if (rest.front() == '\\' && rest.size() > 1) {
      out += rest.substr(0, 2);
      ++i;
    } else if (rest.starts_with("(?<") && rest.size() > 3 && rest[3] != '=' && rest[3] != '!') {
      out += "(?P<";
      i += 2;
    } else {
      out += rest.front();
    }
  }
  return out;
}

Error refused(const std::string& regex, const std::string& why) {
  return {ErrorCode::invalid_argument,
          formatted("the metric pattern '{}' {}", to_utf8(regex), why)};
}

std::string what_is_wrong(const re2::RE2& pattern) {
  std::string why = "can't be used: " + pattern.error();
  const std::string& part = pattern.error_arg();
  for (const std::string_view sign : {"(?=", "(?!", "(?<"}) {
    if (part.starts_with(sign)) {
      return why +
             "; looking ahead or behind is not possible, match the text around the number instead";
    }
  }
  if (pattern.error_code() == re2::RE2::ErrorBadEscape) {
    return why + "; references to earlier groups are not possible, and other letters need no '\\'";
  }
  return why;
}

}  // namespace

MetricPattern::MetricPattern(MetricPattern&&) noexcept = default;
MetricPattern& MetricPattern::operator=(MetricPattern&&) noexcept = default;
MetricPattern::~MetricPattern() = default;

Result<MetricPattern> MetricPattern::compile(const std::string& regex,
                                             const std::string& objective) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
  options.set_encoding(to_utf8(regex) == regex ? re2::RE2::Options::EncodingUTF8
                                               : re2::RE2::Options::EncodingLatin1);
  MetricPattern made;
  made.pattern_ = std::make_unique<re2::RE2>(piece(with_named_groups(regex)), options);
  if (!made.pattern_->ok()) {
    return refused(regex, what_is_wrong(*made.pattern_));
  }
  const int groups = made.pattern_->NumberOfCapturingGroups();
  const auto& names = made.pattern_->CapturingGroupNames();
  if (groups == 0) {
    return refused(regex,
                   "has no group; put the number in one, as in 'loss is (\\S+)' or "
                   "'(?P<loss>\\S+)'");
  }
  if (groups > kMostGroups) {
    return refused(regex, "has more than 20 groups; write (?:...) for a group that takes nothing");
  }
  made.groups_.resize(static_cast<std::size_t>(groups));
  for (const auto& [index, name] : names) {
    made.groups_[static_cast<std::size_t>(index) - 1] = name;
  }
  if (names.empty() && groups == 1) {
    made.groups_[0] = objective;
  } else if (names.empty() && groups == 2) {
    made.names_in_text_ = true;
  } else if (static_cast<int>(names.size()) != groups) {
    return refused(
        regex,
        formatted("has {} groups; it takes one (the objective), two (name and value), or named "
                  "ones such as '(?P<loss>\\S+)'; write (?:...) for a group that takes nothing",
                  groups));
  }
  return made;
}

void MetricPattern::take(std::string_view name,
                         std::string_view text,
                         std::vector<Mention>& out) const {
  name = trim(name);
  const auto amount = leading_amount(trim(text));
  if (!name.empty() && amount) {
    out.push_back({.name = std::string(name),
                   .value = amount->value,
                   .unit = std::string(amount->unit),
                   .form = MentionForm::record});
  }
}

std::vector<Mention> MetricPattern::search(std::string_view line) const {
  std::vector<Mention> mentions;
  std::vector<re2::StringPiece> match(groups_.size() + 1);
  std::size_t at = 0;
  for (int matches = 0; matches < (names_in_text_ ? kMostMatches : 1) && at <= line.size();
       ++matches) {
    if (!pattern_->Match(piece(line),
                         at,
                         line.size(),
                         re2::RE2::UNANCHORED,
                         match.data(),
                         static_cast<int>(match.size()))) {
      break;
    }
    if (names_in_text_) {
      take({match[1].data(), match[1].size()}, {match[2].data(), match[2].size()}, mentions);
    }
    for (std::size_t i = 0; !names_in_text_ && i < groups_.size(); ++i) {
      take(groups_[i], {match[i + 1].data(), match[i + 1].size()}, mentions);
    }
    const auto end = static_cast<std::size_t>(match[0].data() - line.data()) + match[0].size();
    at = std::max(end, at + 1);
  }
  return mentions;
}

}  // namespace luthier

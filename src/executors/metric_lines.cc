#include "executors/metric_lines.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "executors/results/record_reader.h"

namespace luthier {
namespace {

constexpr std::size_t kMostCandidates = 12;
constexpr int kMostLinesSearched = 1000;  // for candidates
constexpr int kMostObjectsTried = 8;      // a line of braces must not cost its square

bool starts_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool in_key(char c) {
  return starts_key(c) || (c >= '0' && c <= '9') || c == '.' || c == '/' || c == '-' || c == '@';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool ends_number(char c) {
  return is_blank(c) || std::string_view(",;|)]}%\r").find(c) != std::string_view::npos;
}

// 0,5 is not the number 0: better none than a wrong one.
bool decimal_comma_at(std::string_view text, std::size_t at) {
  return at + 1 < text.size() && text[at] == ',' && text[at + 1] >= '0' && text[at + 1] <= '9';
}

// The number `text` begins with and its length; it must end where a word ends.
std::optional<std::pair<Value, std::size_t>> leading_number(std::string_view text) {
  const auto end = static_cast<std::size_t>(std::ranges::find_if(text, ends_number) - text.begin());
  std::string_view word = text.substr(0, end);
  if (word.size() > 1 && word.back() == '.') {
    word.remove_suffix(1);  // the end of a sentence
  }
  if (word.empty() || decimal_comma_at(text, end)) {
    return std::nullopt;
  }
  auto number = read_number(word);
  return number ? std::optional(std::pair(*std::move(number), end)) : std::nullopt;
}

std::optional<Metrics> object_in(std::string_view line) {
  for (int tries = 0; tries < kMostObjectsTried; ++tries) {
    const auto brace = line.find('{');
    if (brace == std::string_view::npos) {
      return std::nullopt;
    }
    line.remove_prefix(brace);
    if (auto record = read_record(line); record && !record->empty()) {
      return record;
    }
    line.remove_prefix(1);
  }
  return std::nullopt;
}

}  // namespace

Metrics metrics_of_line(std::string_view line) {
  if (auto record = object_in(line)) {
    return *std::move(record);
  }
  Metrics metrics;
  std::size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < line.size() && is_blank(line[at])) {
      ++at;
    }
  };
  while (at < line.size()) {
    if (!starts_key(line[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < line.size() && in_key(line[at])) {
      ++at;
    }
    const std::string_view key = line.substr(start, at - start);
    skip_blanks();
    if (at >= line.size() || (line[at] != '=' && line[at] != ':')) {
      continue;
    }
    ++at;
    skip_blanks();
    if (const auto number = leading_number(line.substr(at))) {
      metrics.set(key, number->first);
      at += number->second;
    }
  }
  return metrics;
}

Result<MetricLines> MetricLines::make(std::vector<std::string> objectives,
                                      const std::string& regex) {
  MetricLines lines;
  lines.objectives_ = std::move(objectives);
  if (regex.empty()) {
    return lines;
  }
  auto pattern = Pattern::compile(regex);
  if (!pattern) {
    return pattern.error();
  }
  lines.pattern_ = *std::move(pattern);
  if (lines.pattern_->groups().empty()) {
    return Error{ErrorCode::invalid_argument,
                 "the metric pattern '" + to_utf8(regex) +
                     "' has no group; put the number in one, as in 'loss is (\\S+)' or "
                     "'(?P<loss>\\S+)'"};
  }
  return lines;
}

Metrics MetricLines::by_pattern(std::string_view line) const {
  Metrics metrics;
  const auto match = pattern_->search(line);
  if (!match) {
    return metrics;
  }
  for (std::size_t i = 0; i < match->size(); ++i) {
    const std::string& group = pattern_->groups()[i];
    const std::string& name = group.empty() && !objectives_.empty() ? objectives_.front() : group;
    if (name.empty() || !(*match)[i]) {
      continue;
    }
    if (auto number = read_number(trim(*(*match)[i]))) {
      metrics.set(name, *std::move(number));
    }
  }
  return metrics;
}

std::optional<Metrics> MetricLines::parse(std::string_view line) {
  if (pattern_) {
    auto metrics = by_pattern(line);
    return has_objective(metrics) ? std::optional(std::move(metrics)) : std::nullopt;
  }
  // Most lines hold no objective: they cost one search and nothing else.
  const bool may = std::ranges::any_of(objectives_, [&](const std::string& name) {
    const auto last = name.substr(name.rfind('/') + 1);  // nested objects spell it in parts
    return line.find(last) != std::string_view::npos;
  });
  if (!may && (candidates_.size() >= kMostCandidates || ++lines_without_ > kMostLinesSearched)) {
    return std::nullopt;
  }
  auto metrics = metrics_of_line(line);
  if (has_objective(metrics)) {
    return metrics;
  }
  remember(metrics);
  return std::nullopt;
}

bool MetricLines::has_objective(const Metrics& metrics) const {
  return std::ranges::any_of(objectives_, [&](const std::string& name) {
    const Value* value = metrics.find(name);
    return value != nullptr && value->number().has_value();
  });
}

void MetricLines::remember(const Metrics& metrics) {
  for (const auto& [name, value] : metrics) {
    if (candidates_.size() >= kMostCandidates) {
      return;
    }
    if (value.number() && std::ranges::find(candidates_, name) == candidates_.end()) {
      candidates_.push_back(name);
    }
  }
}

}  // namespace luthier

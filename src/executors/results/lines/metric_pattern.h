// MetricPattern: a --metric-regex, searched for in lines in time proportional to their length. It
// has one group without a name (the objective's value), named groups (each a metric's value), or
// exactly two groups without names: a metric's name and its value.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "executors/results/words/mention.h"
#include "luthier/error.h"

namespace re2 {
class RE2;
}

namespace luthier {

class MetricPattern {
 public:
  // An error is a sentence that says what the pattern lacks or what is wrong with it.
  static Result<MetricPattern> compile(const std::string& regex, const std::string& objective);
  MetricPattern(MetricPattern&&) noexcept;
  MetricPattern& operator=(MetricPattern&&) noexcept;
  ~MetricPattern();

  // Of the first match; with a group for names of every match.
  std::vector<Mention> search(std::string_view line) const;

 private:
  MetricPattern() = default;
  void take(std::string_view name, std::string_view text, std::vector<Mention>& out) const;

  std::unique_ptr<re2::RE2> pattern_;
  std::vector<std::string> groups_;  // the metric of each; empty: of no metric
  bool names_in_text_ = false;       // the first group is the name, the second the value
};

}  // namespace luthier

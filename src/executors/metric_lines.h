// MetricLines: finds results in what a program prints. A line counts only if it holds an objective.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executors/pattern.h"
#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier {

class MetricLines {
 public:
  // `objectives`: names of the metrics that make a line a result. `regex` (pattern.h), if not
  // empty, replaces the built-in forms: its named groups are metrics; a single group without a name
  // is the first objective.
  static Result<MetricLines> make(std::vector<std::string> objectives, const std::string& regex);

  // The metrics of a line with at least one objective. Otherwise nothing, and the names of what
  // could have been metrics are remembered, up to a dozen.
  std::optional<Metrics> parse(std::string_view line);
  const std::vector<std::string>& candidates() const { return candidates_; }

  bool has_objective(const Metrics& metrics) const;
  void remember(const Metrics& metrics);  // their names, as candidates

 private:
  Metrics by_pattern(std::string_view line) const;

  std::vector<std::string> objectives_;
  std::optional<Pattern> pattern_;
  std::vector<std::string> candidates_;
  int lines_without_ = 0;
};

// The built-in forms: a JSON object or Python dict somewhere in the line, else every `key=number`
// and `key: number`.
Metrics metrics_of_line(std::string_view line);

}  // namespace luthier

// TrialColumns: the columns that a table of trials can have, and a trial's value in each.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/named_index.h"
#include "core/state/trial_row.h"
#include "luthier/experiment_spec.h"
#include "tuner/stored/remarks.h"

namespace luthier {

class TrialColumns {
 public:
  // `spec` must outlive it. `running`: a controller holds the experiment. `remarks`: what the
  // column `tags` has.
  TrialColumns(const ExperimentSpec& spec, bool running, AllRemarks remarks = {});

  void learn(const Metrics& metrics);  // metrics are columns too
  const std::vector<std::string>& known() const { return known_; }
  // Trial, state, tags where a trial has one, objectives, the parameters that vary, iterations,
  // reason and, where there are requirements, which of them is not met.
  std::vector<std::string> default_columns() const;
  std::string_view state_text(const TrialRow& row) const;
  const AllRemarks& remarks() const { return remarks_; }
  bool is_objective(std::string_view column) const;
  bool largest_first(std::string_view column) const;  // an objective that is maximised

  // Of one trial; `row` must outlive it.
  class Row {
   public:
    Row(const TrialColumns& columns, const TrialRow& row);
    // Null where the trial has none. An objective's value is the trial's best finite one, if there
    // is one; any other metric's its last.
    Value value(std::string_view column) const;

   private:
    Value fixed_value(std::string_view column) const;

    const TrialColumns& columns_;
    const TrialRow& row_;
    std::optional<NamedIndex> index_;
  };

 private:
  const ExperimentSpec& spec_;
  const bool running_;
  const AllRemarks remarks_;
  bool has_tags_ = false;  // no parameter and no objective has the name
  std::vector<std::string> known_;
};

bool varies(const Parameter& parameter);  // shown in tables

// Whether `a` stands before `b` in a column: numbers, then text, then what is not finite, then what
// is absent. `largest_first` turns round the numbers and the text, each among themselves.
bool stands_before(const Value& a, const Value& b, bool largest_first);

}  // namespace luthier

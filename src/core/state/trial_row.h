// TrialRow: what tables and reports say about a trial, apart from the state it is taken from. It
// can be stored, and serves readers that do not fold the log.
#pragma once

#include <string>

#include "core/state/experiment_state.h"

namespace luthier {

struct TrialRow {
  TrialId trial;
  TrialState state = TrialState::pending;
  double loss = 0;  // of the first objective, what it is ranked by (ranked_loss.h); +infinity: none
  std::int64_t iteration = 0;
  std::int64_t attempts = 0;
  std::int64_t exit_status = 0;  // of its last attempt
  Measured measured = {};        // of its last attempt
  bool known = false;            // before the experiment: it did not run here
  std::string proposed_by = {};
  std::string reason = {};
  Config config = {};
  Metrics last = {};
  Metrics best = {};        // what it is ranked by; empty: no finite loss yet
  Config best_config = {};  // the configuration that was reported under
  std::string unmet = {};   // why it is infeasible; empty: it is not, or has no finite loss
  friend bool operator==(const TrialRow&, const TrialRow&) = default;
};

TrialRow row_of(const ExperimentState& state, TrialId trial);
std::string encode(const TrialRow& row);  // rows with NaN are equal when their bytes are
// The first objective's best value, if the trial reported a finite one.
std::optional<double> best_value(const TrialRow& row, std::string_view metric);

// Of a row that meets every requirement.
template <class V, class Row>
void describe_feasible_row(V& field, Row& row) {
  field("trial", row.trial);
  field("state", row.state);
  field("loss", row.loss);
  field("iteration", row.iteration);
  field("attempts", row.attempts);
  field("exit_status", row.exit_status);
  field("wall_s", row.measured.wall_s);
  field("cpu_s", row.measured.cpu_s);
  field("max_rss_bytes", row.measured.max_rss_bytes);
  field("known", row.known);
  field("proposed_by", row.proposed_by);
  field("reason", row.reason);
  field("config", row.config);
  field("last", row.last);
  field("best", row.best);
  field("best_config", row.best_config);
}

template <class V, class Row>
void describe_row(V& field, Row& row) {
  describe_feasible_row(field, row);
  field("unmet", row.unmet);
}

}  // namespace luthier

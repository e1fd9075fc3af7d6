// TrialQuery: which trials of an experiment are wanted, and in which order.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "luthier/error.h"
#include "tuner/stored/trial_columns.h"
#include "tuner/stored/trial_table.h"

namespace luthier {

struct TrialQuery {
  std::vector<std::string> states = {};  // empty: all
  // An expression of the columns, in the language of --constraint: `loss < 0.1 and lr > 1e-3`. A
  // trial for which it is not true is left out, and so is one without a value that it needs.
  std::string where = {};
  std::optional<std::string> sort = {};  // a column; by number without one
  bool reversed = false;  // largest first where the smallest would be, and the other way round
};

// invalid_argument: a state, a column or the expression is wrong; the sentence says how.
// `columns` learns the names of metrics, where the query has a name that is not known yet.
Result<> check_query(TrialTable& table,
                     TrialColumns& columns,
                     const TrialQuery& query,
                     const std::vector<std::string>& shown = {});

// The numbers of the trials that are wanted, in order. Precondition: check_query() found nothing.
Result<std::vector<TrialId>> wanted_trials(TrialTable& table,
                                           const TrialColumns& columns,
                                           const TrialQuery& query);

// The same as rows as they are read, until `take` returns false: without a sort nothing is kept.
Result<> for_each_wanted(TrialTable& table,
                         const TrialColumns& columns,
                         const TrialQuery& query,
                         const std::function<bool(const TrialRow&)>& take);

}  // namespace luthier

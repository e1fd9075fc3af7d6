#include "tuner/stored/trial_query.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/expression/expression.h"
#include "core/state/ranked_loss.h"

namespace luthier {
namespace {

const std::vector<std::string>& known_states() {
  static const std::vector<std::string> kStates = {
      "pending", "running", "interrupted", "paused", "completed", "stopped", "failed"};
  return kStates;
}

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Error wrong(std::string sentence) {
  return {ErrorCode::invalid_argument, std::move(sentence)};
}

// Trials that an expression and a list of states let through.
class Filter {
 public:
  static Result<Filter> make(const TrialColumns& columns, const TrialQuery& query) {
    Filter filter(columns, query);
    if (!query.where.empty()) {
      LUTHIER_TAKE(filter.where_, parse_expression(query.where, columns.known()));
    }
    return filter;
  }

  // An error: the expression can't be worked out for a value of this trial.
  Result<bool> lets_through(const TrialRow& row) const {
    if (!query_.states.empty() && !contains(query_.states, columns_.state_text(row))) {
      return false;
    }
    return where_ ? holds(row) : Result<bool>(true);
  }

 private:
  Filter(const TrialColumns& columns, const TrialQuery& query) : columns_(columns), query_(query) {}

  Result<bool> holds(const TrialRow& row) const {
    const TrialColumns::Row cells(columns_, row);
    std::vector<Value> values;
    values.reserve(where_->names().size());
    for (const auto& name : where_->names()) {
      values.push_back(cells.value(name));
    }
    std::vector<const Value*> given;
    for (const Value& value : values) {
      given.push_back(value.is_null() ? nullptr : &value);
    }
    const auto result = where_->evaluate(given);
    if (!result) {
      return result.error().code == ErrorCode::not_found ? Result<bool>(false) : result.error();
    }
    const auto true_or_not = truth(*result);
    return true_or_not
               ? Result<bool>(*true_or_not)
               : wrong(formatted(
                     "the filter '{}' is neither true nor false; compare its value with something",
                     query_.where));
  }

  const TrialColumns& columns_;
  const TrialQuery& query_;
  std::optional<Expression> where_;
};

// The rows that are let through, by number.
Result<> for_each_passing(TrialTable& table,
                          const TrialColumns& columns,
                          const TrialQuery& query,
                          const std::function<bool(const TrialRow&)>& take) {
  LUTHIER_TAKE(const auto filter, Filter::make(columns, query));
  Result<> evaluated;
  LUTHIER_TRY(table.each([&](const TrialRow& row) {
    const auto passes = filter.lets_through(row);
    if (!passes) {
      evaluated = passes.error();
      return false;
    }
    return !*passes || take(row);
  }));
  return evaluated;
}

Result<> check_expression(const TrialColumns& columns, const std::string& where) {
  LUTHIER_TAKE(const auto expression, parse_expression(where, columns.known()));
  for (const auto& name : expression.names()) {
    if (!contains(columns.known(), name)) {
      return wrong(unknown_name("column", name, columns.known()) +
                   (name == where ? "" : formatted(" (in the filter '{}')", where)));
    }
  }
  return {};
}

// Sorted as is asked; by an objective, trials that miss a requirement stand last, the worst of them
// at the end.
Result<std::vector<TrialId>> passing_trials(TrialTable& table,
                                            const TrialColumns& columns,
                                            const TrialQuery& query) {
  struct Keyed {
    double violation;
    Value value;
    TrialId trial;
  };
  std::vector<Keyed> keyed;
  const bool by_objective = query.sort && columns.is_objective(*query.sort);
  LUTHIER_TRY(for_each_passing(table, columns, query, [&](const TrialRow& row) {
    keyed.push_back({by_objective ? violation_in(row.loss) : 0,
                     query.sort ? TrialColumns::Row(columns, row).value(*query.sort) : Value(),
                     row.trial});
    return true;
  }));
  const bool largest_first = query.sort && columns.largest_first(*query.sort) != query.reversed;
  std::ranges::stable_sort(keyed, [&](const Keyed& a, const Keyed& b) {
    return a.violation != b.violation ? a.violation < b.violation
                                      : stands_before(a.value, b.value, largest_first);
  });
  std::vector<TrialId> trials(keyed.size());
  std::ranges::transform(keyed, trials.begin(), &Keyed::trial);
  return trials;
}

bool is_known(const TrialColumns& columns,
              const TrialQuery& query,
              const std::vector<std::string>& names) {
  const bool all =
      std::ranges::all_of(names, [&](const auto& name) { return contains(columns.known(), name); });
  return all && (query.where.empty() || check_expression(columns, query.where).ok());
}

}  // namespace

Result<> check_query(TrialTable& table,
                     TrialColumns& columns,
                     const TrialQuery& query,
                     const std::vector<std::string>& shown) {
  for (const auto& state : query.states) {
    if (!contains(known_states(), state)) {
      return wrong(unknown_name("state", state, known_states()));
    }
  }
  std::vector<std::string> names = shown;
  if (query.sort) {
    names.push_back(*query.sort);
  }
  if (!is_known(columns, query, names)) {
    LUTHIER_TRY(table.each([&](const TrialRow& row) {
      columns.learn(row.last);
      return true;
    }));
  }
  for (const auto& name : names) {
    if (!contains(columns.known(), name)) {
      return wrong(unknown_name("column", name, columns.known()));
    }
  }
  return query.where.empty() ? Result<>() : check_expression(columns, query.where);
}

Result<std::vector<TrialId>> wanted_trials(TrialTable& table,
                                           const TrialColumns& columns,
                                           const TrialQuery& query) {
  std::vector<TrialId> trials;
  if (query.states.empty() && query.where.empty() && !query.sort) {
    for (std::int64_t i = 0; i < table.count(); ++i) {
      trials.push_back({i});
    }
  } else {
    LUTHIER_TAKE(trials, passing_trials(table, columns, query));
  }
  if (query.reversed && !query.sort) {
    std::ranges::reverse(trials);
  }
  return trials;
}

Result<> for_each_wanted(TrialTable& table,
                         const TrialColumns& columns,
                         const TrialQuery& query,
                         const std::function<bool(const TrialRow&)>& take) {
  if (!query.sort && !query.reversed) {
    return for_each_passing(table, columns, query, take);
  }
  LUTHIER_TAKE(const auto trials, wanted_trials(table, columns, query));
  for (const TrialId trial : trials) {
    LUTHIER_TAKE(const auto row, table.row(trial));
    if (!take(row)) {
      break;
    }
  }
  return {};
}

}  // namespace luthier

#include "tuner/stored/trial_columns.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/state/measured_metrics.h"
#include "tuner/stored/stored_words.h"

namespace luthier {
namespace {

constexpr std::array<std::string_view, 7> kFixed = {
    "trial", "state", "iterations", "attempts", "proposed_by", "reason", "exit_status"};

// A list, empty where a trial has none.
constexpr std::string_view kTags = "tags";
// Which requirements a trial misses, where there are any.
constexpr std::string_view kUnmet = "unmet";

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

int rank(const Value& value) {
  const auto number = value.number();
  return number ? (std::isfinite(*number) ? 0 : 2) : (value.is_null() ? 3 : 1);
}

}  // namespace

TrialColumns::TrialColumns(const ExperimentSpec& spec, bool running, AllRemarks remarks)
    : spec_(spec), running_(running), remarks_(std::move(remarks)) {
  for (const Parameter& parameter : spec.space.parameters()) {
    known_.push_back(parameter.name);
  }
  for (const Objective& objective : spec.objectives) {
    if (!contains(known_, objective.metric)) {
      known_.push_back(objective.metric);
    }
  }
  if (!spec.require.empty()) {
    known_.insert(known_.begin(), std::string(kUnmet));
  }
  has_tags_ = !contains(known_, kTags);
  known_.insert(known_.begin(), kMeasuredMetrics.begin(), kMeasuredMetrics.end());
  if (has_tags_) {
    known_.insert(known_.begin(), std::string(kTags));
  }
  known_.insert(known_.begin(), kFixed.begin(), kFixed.end());
}

void TrialColumns::learn(const Metrics& metrics) {
  for (const auto& [name, value] : metrics) {
    if (!contains(known_, name)) {
      known_.push_back(name);
    }
  }
}

std::vector<std::string> TrialColumns::default_columns() const {
  std::vector<std::string> columns = {"trial", "state"};
  if (has_tags_ && remarks_.any_tagged_trial()) {
    columns.emplace_back(kTags);
  }
  for (const Objective& objective : spec_.objectives) {
    columns.push_back(objective.metric);
  }
  for (const Parameter& parameter : spec_.space.parameters()) {
    if (varies(parameter)) {
      columns.push_back(parameter.name);
    }
  }
  columns.insert(columns.end(), {"iterations", "reason"});
  if (!spec_.require.empty()) {
    columns.emplace_back(kUnmet);
  }
  return columns;
}

std::string_view TrialColumns::state_text(const TrialRow& row) const {
  return trial_state_text(row.state, running_);
}

bool TrialColumns::is_objective(std::string_view column) const {
  return std::ranges::find(spec_.objectives, column, &Objective::metric) != spec_.objectives.end();
}

bool TrialColumns::largest_first(std::string_view column) const {
  const auto objective = std::ranges::find(spec_.objectives, column, &Objective::metric);
  return objective != spec_.objectives.end() && objective->mode == Mode::max;
}

TrialColumns::Row::Row(const TrialColumns& columns, const TrialRow& row)
    : columns_(columns), row_(row) {
  constexpr std::size_t kMany = 16;
  if (row.config.size() > kMany) {
    index_.emplace(row.config);
  }
}

Value TrialColumns::Row::value(std::string_view column) const {
  if (std::ranges::find(kFixed, column) != kFixed.end()) {
    return fixed_value(column);
  }
  if (column == kUnmet && !columns_.spec_.require.empty()) {
    return row_.unmet.empty() ? Value() : Value(row_.unmet);
  }
  if (column == kTags && columns_.has_tags_) {
    const auto& tags = columns_.remarks_.of(row_.trial).tags;
    return Value(ValueList(tags.begin(), tags.end()));
  }
  if (const Value* value = index_ ? index_->find(column) : row_.config.find(column)) {
    return *value;
  }
  const Value* best = columns_.is_objective(column) ? row_.best.find(column) : nullptr;
  const Value* value = best != nullptr ? best : row_.last.find(column);
  return value ? *value : measured_value(row_.measured, column);
}

Value TrialColumns::Row::fixed_value(std::string_view column) const {
  return column == "trial"         ? Value(row_.trial.value)
         : column == "state"       ? Value(std::string(columns_.state_text(row_)))
         : column == "iterations"  ? Value(row_.iteration)
         : column == "attempts"    ? Value(row_.attempts)
         : column == "proposed_by" ? Value(row_.proposed_by)
         : column == "reason"      ? Value(row_.reason)
                                   : Value(row_.exit_status);
}

bool varies(const Parameter& parameter) {
  return parameter.domain.kind != DomainKind::constant;
}

bool stands_before(const Value& a, const Value& b, bool largest_first) {
  if (rank(a) != rank(b)) {
    return rank(a) < rank(b);
  }
  if (rank(a) == 0) {
    return largest_first ? *a.number() > *b.number() : *a.number() < *b.number();
  }
  if (rank(a) != 1) {
    return false;
  }
  return largest_first ? to_text(b) < to_text(a) : to_text(a) < to_text(b);
}

}  // namespace luthier

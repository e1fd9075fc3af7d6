#include "cli/output/csv_export.h"

#include <set>

#include "base/csv_field.h"
#include "base/format.h"
#include "base/text.h"

namespace luthier::cli {
namespace {

// Names in the order of their first appearance.
class Names {
 public:
  void note(const NamedValues& values) {
    for (const auto& [name, value] : values) {
      if (known_.insert(name).second) {
        names_.push_back(name);
      }
    }
  }
  const std::vector<std::string>& all() const { return names_; }

 private:
  std::set<std::string> known_;
  std::vector<std::string> names_;
};

// Most rows have all names in their order.
void append_cells(std::string& line,
                  const NamedValues& values,
                  const std::vector<std::string>& names) {
  auto next = values.begin();
  for (const auto& name : names) {
    const bool here = next != values.end() && next->first == name;
    const Value* value = here ? &(next++)->second : values.find(name);
    line += "," + (value && !value->is_null() ? csv_field(to_text(*value)) : std::string());
  }
}

}  // namespace

void CsvExport::take(const Event& event) {
  if (event.sequence == 1) {
    start_ = event.time;
  }
  if (const auto* added = std::get_if<TrialAdded>(&event.body)) {
    configs_[added->trial] = added->config;
  } else if (const auto* chosen = std::get_if<TrialChosen>(&event.body)) {
    if (chosen->choice.config) {
      chosen_[chosen->choice.trial] = *chosen->choice.config;
    }
  } else if (const auto* started = std::get_if<AttemptStarted>(&event.body)) {
    if (const auto changed = chosen_.extract(started->trial)) {
      configs_[started->trial] = std::move(changed.mapped());
    }
  } else if (const auto* reported = std::get_if<ResultReported>(&event.body)) {
    rows_.push_back({reported->trial,
                     reported->training_iteration,
                     event.time,
                     configs_[reported->trial],
                     reported->metrics});
  }
}

std::string CsvExport::text() const {
  Names parameters, metrics;
  for (const Row& row : rows_) {
    parameters.note(row.config);
    metrics.note(row.metrics);
  }
  std::string out = "trial,training_iteration,time_s";
  std::set<std::string> taken = {"trial", "training_iteration", "time_s"};
  for (const auto& name : parameters.all()) {
    out += "," + csv_field("config/" + name);
    taken.insert("config/" + name);
  }
  for (std::string name : metrics.all()) {
    while (!taken.insert(name).second) {
      name.insert(0, "reported/");
    }
    out += "," + csv_field(name);
  }
  out += "\r\n";
  for (const Row& row : rows_) {
    out += formatted("{},{},{}",
                     row.trial.value,
                     row.training_iteration,
                     format_number(static_cast<double>(row.time - start_) * 1e-6));
    append_cells(out, row.config, parameters.all());
    append_cells(out, row.metrics, metrics.all());
    out += "\r\n";
  }
  return out;
}

}  // namespace luthier::cli

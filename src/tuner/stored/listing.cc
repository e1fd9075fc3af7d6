#include "tuner/stored/listing.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "base/format.h"
#include "base/text.h"
#include "core/json_writer.h"
#include "core/state/trial_states.h"
#include "laboratory/simulation/simulation_options.h"
#include "tuner/advice.h"
#include "tuner/assembly.h"
#include "tuner/stored/experiment_names.h"
#include "tuner/stored/status.h"
#include "tuner/stored/stored_words.h"

namespace luthier {
namespace {

// Microseconds of the wall clock.
TimePoint wall_clock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

// The log of a simulated experiment has virtual times: what counts is when it was written.
std::optional<double> age_of_file_s(const std::filesystem::path& directory) {
  std::error_code failed;
  const auto written = std::filesystem::last_write_time(directory / "experiment.db", failed);
  const auto now = std::filesystem::file_time_type::clock::now();
  return failed ? std::nullopt
                : std::optional(std::chrono::duration<double>(now - written).count());
}

// Where there are any.
void add_remarks(JsonWriter& json, const Remarks& remarks) {
  if (!remarks.empty()) {
    json.raw_field("remarks", to_json(remarks));
  }
}

std::string unreadable_json(const ListedExperiment& listed) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("schema", 1)
      .field("experiment", listed.directory.filename().string())
      .field("state", "unreadable")
      .field("problem", listed.status.error().message)
      .field("directory", listed.directory.string());
  add_remarks(json, listed.remarks);
  json.end();
  return out;
}

std::string controller_json(const Overview& experiment) {
  const ExperimentStatus& status = experiment.status;
  if (!status.host && !experiment.running) {
    return "null";
  }
  std::string out;
  JsonWriter(out)
      .object()
      .field("host", status.host.value_or(""))
      .field("pid", status.pid)
      .field("running", experiment.running)
      .end();
  return out;
}

void add_best(JsonWriter& json, const Overview& experiment) {
  json.list_of("best", experiment.status.best, [&](const TrialRow& row) {
    json.raw(trial_row_json(experiment.spec, row, experiment.running));
  });
}

// Of the experiment, and which trials there are remarks on; or why they can't be read.
void add_remarks(JsonWriter& json, const AllRemarks& remarks) {
  add_remarks(json, remarks.experiment);
  if (!remarks.problem.empty()) {
    json.field("remarks_problem", remarks.problem);
  }
  if (const auto trials = remarked_trials(remarks); !trials.empty()) {
    json.list_of("remarked_trials", trials, [&](TrialId trial) { json.value(trial.value); });
  }
}

void add_requirements(JsonWriter& json, const Overview& experiment) {
  json.list_of(
      "require", experiment.spec.require, [&](const Requirement& each) { json.value(each.text); });
  json.list_of("nearest", experiment.status.nearest, [&](const TrialRow& row) {
    json.raw(trial_row_json(experiment.spec, row, experiment.running));
  });
}

void add_counts(JsonWriter& json, const Overview& experiment) {
  json.key("trials").object();
  for (const auto& [name, count] : counts_of(experiment.status, experiment.running)) {
    if (name != kInterruptedState || count > 0) {
      json.field(name, count);
    }
  }
  json.end();
}

}  // namespace

std::vector<ListedExperiment> experiments_of(const std::filesystem::path& results) {
  std::vector<ListedExperiment> all;
  for (const auto& directory : list_experiments(results)) {
    ListedExperiment listed{.directory = directory, .status = read_status(directory)};
    const bool nothing = !listed.status && listed.status.error().code == ErrorCode::not_found;
    if (nothing || (!listed.status && !is_taken(directory))) {
      continue;
    }
    listed.running = is_running(directory);
    listed.remarks = read_remarks(directory).experiment;
    listed.active =
        listed.status ? activity_at(directory, listed.status->time) : last_activity(directory);
    all.push_back(std::move(listed));
  }
  std::ranges::stable_sort(all, std::ranges::greater(), &ListedExperiment::active);
  return all;
}

StateCounts counts_of(const ExperimentStatus& status, bool running) {
  StateCounts counts;
  for (const TrialState each : kTrialStates) {
    const bool left = each == TrialState::running && !running;
    counts.emplace_back(to_text(each), left ? 0 : status.count(each));
  }
  counts.emplace_back(kInterruptedState, running ? 0 : status.count(TrialState::running));
  return counts;
}

double age_s(const ListedExperiment& listed) {
  double age = static_cast<double>(wall_clock() - listed.status->time) * 1e-6;
  if (listed.status->executor == kSimulatedExecutor) {
    age = age_of_file_s(listed.directory).value_or(0);
  }
  return std::max(0.0, age);
}

std::string listed_json(const ListedExperiment& listed) {
  if (!listed.status) {
    return unreadable_json(listed);
  }
  const ExperimentStatus& status = *listed.status;
  const auto best = status.best_trial;
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("schema", 1)
      .field("experiment", status.name)
      .field("state", experiment_state_text(listed.running, status.finished))
      .field("trials", status.added_count());
  for (const auto& [name, count] : counts_of(status, listed.running)) {
    json.field(name, count);
  }
  json.field("metric", status.metric)
      .field("best", status.best_value)
      .field("best_trial", best ? std::optional(best->value) : std::nullopt)
      .field("age_s", age_s(listed))
      .field("directory", listed.directory.string());
  add_remarks(json, listed.remarks);
  json.end();
  return out;
}

Result<Overview> read_overview(const std::filesystem::path& directory) {
  auto stored = read_stored_experiment(directory);
  if (!stored) {
    return stored.error();
  }
  return Overview{directory,
                  std::move(stored->spec),
                  std::move(stored->status),
                  is_running(directory),
                  read_remarks(directory)};
}

const std::string& end_reason(const Overview& experiment) {
  const ExperimentStatus& status = experiment.status;
  const bool ended = status.finished || !status.end_reason.empty();
  return ended ? status.end_reason : status.closing_reason;
}

std::string objectives_text(const ExperimentSpec& spec) {
  std::string out;
  for (const Objective& objective : spec.objectives) {
    out += out.empty() ? "" : ", ";
    out += formatted("{} {}", to_text(objective.mode), objective.metric);
  }
  return out;
}

std::string overview_json(const Overview& experiment) {
  const ExperimentStatus& status = experiment.status;
  const ExperimentSpec& spec = experiment.spec;
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("schema", 1)
      .field("experiment", spec.name)
      .field("state", experiment_state_text(experiment.running, status.finished))
      .field("reason", end_reason(experiment));
  add_counts(json, experiment);
  add_best(json, experiment);
  if (!spec.require.empty()) {
    add_requirements(json, experiment);
  }
  json.field("objective", objectives_text(spec)).raw_field("space", to_json(spec.space));
  if (!spec.prior.empty()) {
    json.list_of("prior", spec.prior, [&](const Prior& each) { json.value(to_text(each)); });
  }
  if (!spec.related.empty()) {
    json.list_of("related", spec.related, [&](const RelatedTask& each) { json.value(each.name); });
  }
  json.field("searcher", to_text(spec.searcher))
      .field("scheduler", to_text(spec.scheduler))
      .field("seed", spec.seed)
      .field("samples", spec.samples)
      .field("executor", spec.executor)
      .field("executor_options", spec.executor_options)
      .field("command", join(spec.command, " "))
      .field("tags", spec.tags)
      .field("elapsed_s", status.elapsed_s)
      .raw_field("controller", controller_json(experiment))
      .field("directory", experiment.directory.string());
  add_remarks(json, experiment.remarks);
  json.end();
  return out;
}

}  // namespace luthier

#include "cli/output/run_end.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <map>
#include <ranges>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/advice/failure_advice.h"
#include "cli/output/output.h"
#include "core/json_writer.h"
#include "core/state/metric_readings.h"
#include "engine/early_failure.h"
#include "tuner/advice.h"
#include "tuner/machine/signals.h"
#include "tuner/stored/experiment_names.h"
#include "tuner/stored/stored_words.h"

namespace luthier::cli {
namespace {

// The command that goes on with the experiment as it was run.
std::string again_line(const std::string& command,
                       const std::string& options,
                       const ExperimentRequest& request,
                       const std::filesystem::path& directory) {
  std::string line = command_line(command, directory, options);
  for (const Setting& setting : request.again) {
    line += formatted(" --{} {}", setting.option->name, shell_word(setting.value));
  }
  return line;
}

void write_best(JsonWriter& json, const TrialSummary& trial, const std::string& metric) {
  const Value* best = trial.best.find(metric);
  const auto number = best ? best->number() : std::nullopt;
  const bool finite = number && std::isfinite(*number);
  json.object()
      .field("schema", 1)
      .field("trial", trial.id.value)
      .field("state", trial.state)
      .field("config", trial.config)
      .field("metrics", trial.metrics)
      .field("best", finite ? number : std::nullopt)
      .field("iterations", trial.iterations)
      .field("attempts", trial.attempts)
      .field("proposed_by", trial.proposed_by)
      .field("reason", trial.reason)
      .end();
}

bool is_failed(const TrialSummary& trial) {
  return trial.state == TrialState::failed;
}

std::string best_line(const TrialSummary& trial, const std::vector<Objective>& objectives) {
  std::string line = to_text(trial.id);
  for (const Objective& objective : objectives) {
    const Value* value = trial.best.find(objective.metric);
    line += formatted("  {} {}", objective.metric, value ? to_text(*value) : "-");
  }
  line += " ";
  for (const auto& [name, value] : trial.config) {
    line += formatted(" {}={}", name, to_text(value));
  }
  line += trial.proposed_by == "known" ? "  (known before, not run here)"
          : is_failed(trial)           ? "  (failed)"
                                       : "";
  return printable(line);
}

// A name that was taken got a number.
std::string name_of(const ExperimentSummary& summary, const ExperimentSpec& spec) {
  return summary.directory.empty() ? spec.name : summary.directory.filename().string();
}

const TrialSummary& trial_of(const ExperimentSummary& summary, TrialId id) {
  return summary.trials[static_cast<std::size_t>(id.value)];
}

std::string result_json(const ExperimentSummary& summary, const ExperimentSpec& spec) {
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("schema", 1)
      .field("experiment", name_of(summary, spec))
      .field("directory", summary.directory.empty() ? Value() : Value(summary.directory.string()))
      .field("finished", summary.finished)
      .field("reason", summary.reason)
      .field("trials", std::ssize(summary.trials))
      .list_of("best", summary.best, [&](TrialId id) {
        write_best(json, trial_of(summary, id), spec.objectives.front().metric);
      });
  // Where no trial meets every requirement.
  if (summary.nearest) {
    const TrialSummary& nearest = trial_of(summary, *summary.nearest);
    json.key("nearest")
        .object()
        .field("trial", nearest.id.value)
        .field("unmet", nearest.unmet)
        .end();
  }
  json.end();
  return out + "\n";
}

int code_of(const ExperimentSummary& summary, const ExperimentSpec& spec) {
  if (summary.failed_early) {
    return kExperimentFailed;
  }
  if (!summary.finished) {
    return InterruptSignals::last_signal() == SIGTERM ? kTerminated : kInterrupted;
  }
  std::int64_t failed = 0;
  bool success = false;
  for (const TrialSummary& trial : summary.trials) {
    if (trial.proposed_by == "known") {
      continue;  // it says nothing of this run
    }
    failed += trial.state == TrialState::failed ? 1 : 0;
    success |= trial.state == TrialState::completed ||
               (trial.state == TrialState::stopped && trial.iterations > 0);
  }
  const bool too_many = spec.max_failures >= 0 && failed > spec.max_failures;
  return success && !summary.best.empty() && !too_many ? kSuccess : kExperimentFailed;
}

// Names of metrics that a stop rule or the scheduler reads and that no trial reported at last: what
// they are for never happens.
void say_unknown_metrics(const ExperimentSummary& summary, const ExperimentSpec& spec) {
  const bool any = std::ranges::any_of(
      summary.trials, [](const TrialSummary& trial) { return trial.iterations > 0; });
  for (const auto& [metric, reader] : any ? metric_readings(spec) : std::vector<MetricReading>()) {
    const bool reported = std::ranges::any_of(
        summary.trials, [&](const TrialSummary& trial) { return trial.metrics.contains(metric); });
    if (!reported) {
      talk(formatted(
          "no trial reported '{}', which {} reads: {}",
          metric,
          reader,
          reader.starts_with("the requirement") ? "no trial meets it" : "it had no effect"));
    }
  }
}

std::string no_best(const ExperimentSummary& summary, const ExperimentSpec& spec) {
  if (summary.nearest) {
    const TrialSummary& nearest = trial_of(summary, *summary.nearest);
    return nothing_feasible_text(name_of(summary, spec), nearest.id, nearest.unmet);
  }
  for (const Objective& objective : spec.objectives) {
    const auto reported = [&](const TrialSummary& trial) {
      const Value* value = trial.metrics.find(objective.metric);
      const auto number = value ? value->number() : std::nullopt;
      return number && std::isfinite(*number);
    };
    if (std::ranges::none_of(summary.trials, reported)) {
      return formatted("no trial reported a finite '{}'", objective.metric);
    }
  }
  return "no trial reported finite values of all objectives in one result";
}

// One line for each kind of failure, the most frequent first, where no console showed them.
void say_failures(const ExperimentSummary& summary) {
  constexpr std::size_t kShown = 5;
  struct Kind {
    const TrialSummary* first;
    std::int64_t count = 0;
  };
  std::map<std::string, Kind> kinds;
  for (const TrialSummary& trial : summary.trials) {
    if (trial.state == TrialState::failed) {
      ++kinds.try_emplace(alike_form(trial.reason, trial.config), Kind{&trial}).first->second.count;
    }
  }
  std::vector<Kind> ordered;
  for (const auto& [form, kind] : kinds) {
    ordered.push_back(kind);
  }
  std::ranges::stable_sort(ordered, std::ranges::greater(), &Kind::count);
  for (const Kind& kind : ordered | std::views::take(kShown)) {
    talk(formatted("trial {} failed: {}{}",
                   to_text(kind.first->id),
                   kind.first->reason,
                   kind.count > 1
                       ? formatted("\n  and {} like it", counted(kind.count - 1, "more trial"))
                       : ""));
  }
}

// The words of the command under a name that is free, where one was given: advice that repeats it
// has to work.
std::vector<std::string> words_again(const Arguments& arguments, const std::string& name) {
  std::vector<std::string> words = arguments.typed();
  const auto end = std::ranges::find(words, "--");
  for (auto word = words.begin(); word != end && !name.empty(); ++word) {
    if (*word == "--name" && word + 1 != end) {
      *(word + 1) = name;
    } else if (word->starts_with("--name=")) {
      *word = "--name=" + name;
    }
  }
  return words;
}

// A name for the same experiment once more; empty where it was given none.
std::string name_again(const ExperimentRequest& request,
                       const ExperimentSummary& summary,
                       const ExperimentSpec& spec) {
  const bool named = !request.options.may_rename && !summary.directory.empty();
  return named ? free_name(summary.directory.parent_path(), spec.name) : "";
}

struct Advice {
  std::string text;
  bool other_objective = false;  // to go on with this experiment helps nobody
};

// What helps a program that no trial could run, where its own words tell.
Advice advice_on_failure(const Arguments& arguments,
                         const ExperimentRequest& request,
                         const ExperimentSummary& summary,
                         const ExperimentSpec& spec) {
  const auto failed = std::ranges::find(summary.trials, TrialState::failed, &TrialSummary::state);
  if (!summary.best.empty() || failed == summary.trials.end()) {
    return {};
  }
  const std::string_view verb = arguments.command().name;
  const std::string name = name_again(request, summary, spec);
  const auto words = words_again(arguments, name);
  if (std::string text = objective_advice(failed->reason, spec, verb, words, name); !text.empty()) {
    return {std::move(text), true};
  }
  return {failure_advice(failed->reason, spec, verb, words)};
}

void say_way_on(const ExperimentRequest& request, const ExperimentSummary& summary) {
  if (summary.failed_early) {
    talk("to resume once that is fixed: " + again_line("resume", {}, request, summary.directory));
    if (std::ranges::any_of(summary.trials, is_failed)) {
      talk("to run the failed trials again as well: " +
           again_line("retry", {}, request, summary.directory));
    }
    talk("to start over with other options: " + command_line("rm", summary.directory) +
         ", then run it again");
  } else if (!summary.finished) {
    talk("to go on: " + again_line("resume", {}, request, summary.directory));
  } else if (summary.reason.starts_with("the time budget")) {
    talk("to go on: " + again_line("extend", "--time TIME", request, summary.directory));
  }
}

void say_where(const ExperimentRequest& request,
               const ExperimentSummary& summary,
               const ExperimentSpec& spec) {
  const bool console = std::ranges::find(spec.loggers, "console") != spec.loggers.end();
  if (!console || request.verbosity == 0) {
    talk(summary.reason);
  }
  if (summary.abandoned > 0) {
    talk(std::to_string(summary.abandoned) +
         (summary.abandoned == 1 ? " thread did not return and is still running"
                                 : " threads did not return and are still running"));
  }
  say_unknown_metrics(summary, spec);
  if (summary.best.empty()) {
    talk(no_best(summary, spec));
  }
  if (!console) {
    say_failures(summary);
  }
  if (summary.directory.empty()) {
    return;
  }
  talk("results: " + summary.directory.string());
  if (std::ranges::find(spec.loggers, "tensorboard") != spec.loggers.end()) {
    talk("TensorBoard: tensorboard --logdir " + shell_word(summary.directory.string()));
  }
}

}  // namespace

int report_end(const Arguments& arguments,
               const ExperimentRequest& request,
               const Result<ExperimentSummary>& outcome,
               const ExperimentSpec& spec) {
  if (!outcome) {
    return fail(outcome.error());
  }
  say_where(request, *outcome, spec);
  const Advice advice = advice_on_failure(arguments, request, *outcome, spec);
  if (!outcome->directory.empty() && !advice.other_objective) {
    say_way_on(request, *outcome);
  }
  if (!advice.text.empty()) {
    talk(advice.text);
  }
  std::string out;
  if (arguments.has("json")) {
    out = result_json(*outcome, spec);
  } else {
    for (const TrialId id : outcome->best) {
      out += best_line(trial_of(*outcome, id), spec.objectives) + "\n";
    }
  }
  // A terminal that was closed takes no more words; that it was is what ended the run.
  const bool printed = print(out) || InterruptSignals::last_signal() == SIGHUP;
  return printed ? code_of(*outcome, spec) : kSystem;
}

}  // namespace luthier::cli

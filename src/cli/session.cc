#include "cli/session.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <map>
#include <ranges>

#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/failure_advice.h"
#include "cli/output.h"
#include "cli/reading.h"
#include "core/expression.h"
#include "engine/early_failure.h"
#include "tuner/advice.h"
#include "tuner/machine.h"
#include "tuner/signals.h"

namespace luthier::cli {
namespace {

Result<double> parse_amount(std::string_view option, std::string_view text) {
  const auto number = parse_number(text);
  if (!number || !std::isfinite(*number) || *number < 0) {
    return Error{
        ErrorCode::invalid_argument,
        std::string(option) + " is '" + std::string(text) + "'; it must be a number of at least 0"};
  }
  return *number;
}

// The command that goes on with the experiment as it was run.
std::string again_line(const std::string& command,
                       const std::string& options,
                       const SessionSetup& setup,
                       const std::filesystem::path& directory) {
  std::string line = command_line(command, directory, options);
  for (const auto& [name, value] : setup.again) {
    line += " --" + name + " " + shell_word(value);
  }
  return line;
}

std::string best_json(const TrialSummary& trial, const std::string& metric) {
  const Value* best = trial.best.find(metric);
  const auto number = best ? best->number() : std::nullopt;
  const bool finite = number && std::isfinite(*number);
  return "{\"schema\": 1, \"trial\": " + std::to_string(trial.id.value) +
         ", \"state\": " + json_string(to_text(trial.state)) +
         ", \"config\": " + to_json(trial.config) + ", \"metrics\": " + to_json(trial.metrics) +
         ", \"best\": " + (finite ? to_json(Value(*number)) : "null") +
         ", \"iterations\": " + std::to_string(trial.iterations) +
         ", \"attempts\": " + std::to_string(trial.attempts) +
         ", \"proposed_by\": " + json_string(trial.proposed_by) +
         ", \"reason\": " + json_string(trial.reason) + "}";
}

std::string best_line(const TrialSummary& trial, const std::vector<Objective>& objectives) {
  std::string line = to_text(trial.id);
  for (const Objective& objective : objectives) {
    const Value* value = trial.best.find(objective.metric);
    line += "  " + objective.metric + " " + (value ? to_text(*value) : "-");
  }
  line += " ";
  for (const auto& [name, value] : trial.config) {
    line += " " + name + "=" + to_text(value);
  }
  line += trial.proposed_by == "known" ? "  (known before, not run here)" : "";
  return printable(line);
}

// A name that was taken got a number.
std::string name_of(const ExperimentSummary& summary, const ExperimentSpec& spec) {
  return summary.directory.empty() ? spec.name : summary.directory.filename().string();
}

std::string result_json(const ExperimentSummary& summary, const ExperimentSpec& spec) {
  std::string best;
  for (const TrialId id : summary.best) {
    best +=
        (best.empty() ? "" : ", ") + best_json(summary.trials[static_cast<std::size_t>(id.value)],
                                               spec.objectives.front().metric);
  }
  return "{\"schema\": 1, \"experiment\": " + json_string(name_of(summary, spec)) +
         ", \"directory\": " +
         (summary.directory.empty() ? "null" : json_string(summary.directory.string())) +
         ", \"finished\": " + (summary.finished ? "true" : "false") +
         ", \"reason\": " + json_string(summary.reason) +
         ", \"trials\": " + std::to_string(summary.trials.size()) + ", \"best\": [" + best + "]}\n";
}

bool is_failed(const TrialSummary& trial) {
  return trial.state == TrialState::failed;
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
  const auto say = [&](const std::string& metric, const std::string& reader) {
    const bool reported = std::ranges::any_of(
        summary.trials, [&](const TrialSummary& trial) { return trial.metrics.contains(metric); });
    const bool any = std::ranges::any_of(
        summary.trials, [](const TrialSummary& trial) { return trial.iterations > 0; });
    if (any && !reported && metric != "training_iteration") {
      talk("no trial reported '" + metric + "', which " + reader + " reads: it did nothing");
    }
  };
  if (const Value* time = spec.scheduler.options.find("time_attr"); time && time->text()) {
    say(*time->text(), "scheduler '" + spec.scheduler.name + "' (time_attr)");
  }
  for (const StopRule& rule : spec.stop) {
    if (rule.kind != StopRule::Kind::condition) {
      say(rule.metric, "a stop rule");
    } else if (const auto condition = parse_expression(rule.text)) {
      for (const auto& name : condition->names()) {
        say(name, "the stop rule '" + rule.text + "'");
      }
    }
  }
}

std::string no_best(const ExperimentSummary& summary, const ExperimentSpec& spec) {
  for (const Objective& objective : spec.objectives) {
    const auto reported = [&](const TrialSummary& trial) {
      const Value* value = trial.metrics.find(objective.metric);
      const auto number = value ? value->number() : std::nullopt;
      return number && std::isfinite(*number);
    };
    if (std::ranges::none_of(summary.trials, reported)) {
      return "no trial reported a finite '" + objective.metric + "'";
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
    talk("trial " + to_text(kind.first->id) + " failed: " + kind.first->reason +
         (kind.count > 1 ? "\n  and " + counted(kind.count - 1, "more trial") + " like it" : ""));
  }
}

// What helps a program that no trial could run, where its own words tell.
void say_advice(const Arguments& arguments,
                const ExperimentSummary& summary,
                const ExperimentSpec& spec) {
  const auto failed = std::ranges::find(summary.trials, TrialState::failed, &TrialSummary::state);
  if (!summary.best.empty() || failed == summary.trials.end()) {
    return;
  }
  const std::string advice =
      failure_advice(failed->reason, spec, arguments.command().name, arguments.typed());
  if (!advice.empty()) {
    talk(advice);
  }
}

void say_where(const SessionSetup& setup,
               const ExperimentSummary& summary,
               const ExperimentSpec& spec) {
  const bool console = std::ranges::find(spec.loggers, "console") != spec.loggers.end();
  if (!console || setup.verbosity == 0) {
    talk(summary.reason);
  }
  if (summary.abandoned > 0) {
    talk(std::to_string(summary.abandoned) + (summary.abandoned == 1
                                                  ? " thread did not return and still runs"
                                                  : " threads did not return and still run"));
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
  if (summary.failed_early) {
    talk("to go on once that is mended: " + again_line("resume", {}, setup, summary.directory));
    if (std::ranges::any_of(summary.trials, is_failed)) {
      talk("to run the failed trials again as well: " +
           again_line("retry", {}, setup, summary.directory));
    }
  } else if (!summary.finished) {
    talk("to go on: " + again_line("resume", {}, setup, summary.directory));
  } else if (summary.reason.starts_with("the time budget")) {
    talk("to go on: " + again_line("extend", "--time TIME", setup, summary.directory));
  }
}

Result<> set_inventory(Resources& inventory, const std::string& text) {
  const auto equals = text.find('=');
  const auto amount =
      equals == std::string::npos ? std::nullopt : parse_number(text.substr(equals + 1));
  if (!amount || equals == 0 || !std::isfinite(*amount) || *amount < 0) {
    return Error{
        ErrorCode::invalid_argument,
        "--inventory is '" + text + "'; it must be of the form NAME=AMOUNT, such as tpu=4"};
  }
  inventory.custom[text.substr(0, equals)] = *amount;
  return {};
}

Result<bool> apply_session_option(SessionSetup& setup,
                                  std::string_view name,
                                  const std::string& value) {
  SessionOptions& session = setup.options.session;
  const std::string as_typed = "--" + std::string(name);
  if (name == "jobs") {
    const auto count = parse_count(as_typed, value, 1);
    session.jobs = count ? *count : 0;
    return count ? Result<bool>(true) : count.error();
  }
  if (name == "cpus" || name == "gpus") {
    const auto amount = parse_amount(as_typed, value);
    if (!amount || (name == "cpus" && *amount == 0)) {
      return Error{ErrorCode::invalid_argument,
                   as_typed + " is '" + value + "'; it must be a number " +
                       (name == "cpus" ? "above 0" : "of at least 0")};
    }
    (name == "cpus" ? session.inventory.cpu : session.inventory.gpu) = *amount;
    return true;
  }
  if (name == "inventory") {
    const auto set = set_inventory(session.inventory, value);
    return set ? Result<bool>(true) : set.error();
  }
  if (name == "durability") {
    if (value != "fast" && value != "full") {
      return Error{ErrorCode::invalid_argument,
                   "--durability is '" + value + "'; it must be fast or full"};
    }
    session.full_durability = value == "full";
    return true;
  }
  if (name == "cluster") {
    session.cluster = value;
    return true;
  }
  if (name == "plugin") {
    const auto loaded = setup.plugins.load(value);
    return loaded ? Result<bool>(true) : loaded.error();
  }
  if (name == "results") {
    if (value.empty()) {
      return Error{ErrorCode::invalid_argument, "--results is empty; name a directory"};
    }
    session.results = value;
    return true;
  }
  if (name == "verbose" || name == "quiet") {
    setup.verbosity = name == "verbose" ? 2 : 0;
    setup.style_console();
    return true;
  }
  if (name == "plain") {
    setup.plain = true;
    setup.style_console();
    return true;
  }
  return name == "json";
}
}  // namespace

SessionSetup::SessionSetup() {
  options.session.handle_signals = true;
  options.session.who = person();
  style_console();
}

void SessionSetup::style_console() {
  options.console = console_options(STDERR_FILENO, plain, verbosity);
}

Result<bool> set_session_option(SessionSetup& setup,
                                std::string_view name,
                                const std::string& value) {
  constexpr std::array<std::string_view, 7> kAgain = {
      "jobs", "durability", "cpus", "gpus", "inventory", "plugin", "cluster"};
  auto set = apply_session_option(setup, name, value);
  if (set && std::ranges::find(kAgain, name) != kAgain.end()) {
    setup.again.emplace_back(name, value);
  }
  return set;
}

Result<SessionSetup> session_setup(const Arguments& arguments) {
  SessionSetup setup;
  std::vector<std::string> problems;
  for (const auto& [option, value] : arguments.given()) {
    const auto known = set_session_option(setup, option->name, value);
    if (!known) {
      problems.push_back(known.error().message);
    }
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return setup;
}

int report_end(const Arguments& arguments,
               const SessionSetup& setup,
               const Result<ExperimentSummary>& outcome,
               const ExperimentSpec& spec) {
  if (!outcome) {
    return fail(outcome.error());
  }
  say_where(setup, *outcome, spec);
  say_advice(arguments, *outcome, spec);
  std::string out;
  if (arguments.has("json")) {
    out = result_json(*outcome, spec);
  } else {
    for (const TrialId id : outcome->best) {
      out += best_line(outcome->trials[static_cast<std::size_t>(id.value)], spec.objectives) + "\n";
    }
  }
  // A terminal that was closed takes no more words; that it was is what ended the run.
  const bool printed = print(out) || InterruptSignals::last_signal() == SIGHUP;
  return printed ? code_of(*outcome, spec) : kSystem;
}

void outlive_readers() {
  // A handler and not SIG_IGN, which trials would inherit.
  std::signal(SIGPIPE, [](int) {});
}

int continue_experiment(const Arguments& arguments, const Continue& go) {
  outlive_readers();
  const auto setup = session_setup(arguments);
  if (!setup) {
    return fail(setup.error());
  }
  const auto experiment = read_experiment(arguments);
  if (!experiment) {
    return fail(experiment.error());
  }
  return report_end(
      arguments, *setup, go(experiment->directory, *setup), experiment->state->spec());
}

}  // namespace luthier::cli

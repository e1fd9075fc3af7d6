#include "cli/commands/mcp_tools.h"

#include <algorithm>
#include <initializer_list>

#include "base/check.h"
#include "base/format.h"
#include "cli/output/help.h"

namespace luthier::cli {
namespace {

using Properties = std::vector<McpProperty>;

const McpProperty kProgram{.name = "command",
                           .kind = McpKind::words,
                           .description =
                               "the program and its arguments, such as [\"python3\", \"train.py\", "
                               "\"--lr\", \"{lr}\"]; no shell is involved, and without a "
                               "placeholder every parameter is appended as --name=value",
                           .required = true,
                           .place = McpPlace::program};
const McpProperty kSpace{
    .name = "space",
    .kind = McpKind::space,
    .description =
        "each parameter with its distribution: \"uniform(a, b)\", \"loguniform(a, b)\", "
        "\"randint(a, b)\" (without b), \"choice(...)\", perhaps with ' if CONDITION'; a "
        "list of values to choose from; or a constant",
    .required = true,
    .option = "param"};
const McpProperty kOneExperiment{.name = "experiment",
                                 .kind = McpKind::experiment,
                                 .description = "the name of the experiment, or last",
                                 .required = true,
                                 .place = McpPlace::operand};
const McpProperty kOneTrial{.name = "trial",
                            .kind = McpKind::count,
                            .description = "the number of the trial",
                            .required = true,
                            .place = McpPlace::operand};

McpProperty limit() {
  return {.name = "limit",
          .kind = McpKind::count,
          .description = formatted(
              "at most this many items, up to {} (default: {})", kMcpMostItems, kMcpUsualItems),
          .place = McpPlace::nowhere};
}

std::string description_of(const Option& option) {
  std::string text(option.meaning);
  if (!option.default_text.empty()) {
    text += formatted(" (default: {})", option.default_text);
  }
  return text;
}

McpProperty property_of(const Option& option) {
  return {.name = std::string(option.name),
          .kind = !option.takes_value()    ? McpKind::flag
                  : option.repeatable      ? McpKind::texts
                  : option.argument == "N" ? McpKind::count
                                           : McpKind::text,
          .description = description_of(option),
          .option = std::string(option.name)};
}

Properties options_of(std::string_view command, std::initializer_list<std::string_view> names) {
  Properties properties;
  const auto options = find_command(command)->options;
  for (const auto name : names) {
    const auto option = std::ranges::find(options, name, &Option::name);
    LUTHIER_CHECK(option != options.end(), std::string(name).c_str());
    properties.push_back(property_of(*option));
  }
  return properties;
}

// In the order in which they are typed: the program last.
Properties together(std::initializer_list<Properties> parts) {
  Properties all;
  for (const Properties& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

Properties experiment_options() {
  return together(
      {{kSpace},
       options_of(
           "run",
           {"min",           "max",          "samples",           "time",  "jobs",    "name",
            "searcher",      "scheduler",    "constraint",        "stop",  "seed",    "iterations",
            "trial-timeout", "max-failures", "retries",           "grace", "memory",  "cpu",
            "gpu",           "metric-regex", "checkpoint-at-end", "tag",   "require", "prior",
            "related"}),
       {kProgram}});
}

std::vector<McpTool> tools_that_look() {
  return {
      {.name = "list",
       .title = "List experiments",
       .description = "Lists the stored experiments, the most recent first, with their state and "
                      "their best result.",
       .command = {"ls"},
       .properties = {limit()},
       .answer = "experiments",
       .list = true},
      {.name = "watch",
       .title = "Watch an experiment",
       .description = "Waits until the experiment has ended, 'trials' more trials have ended or "
                      "'wait' seconds are over. Answers with its state, its best trial and its "
                      "latest trials. Call it again while the experiment runs.",
       .command = {"show"},
       .action = McpAction::watch,
       .properties = {kOneExperiment,
                      {.name = "wait",
                       .kind = McpKind::seconds,
                       .description = formatted("seconds to wait at most, up to {} (default: {})",
                                                static_cast<int>(kMcpMostWait),
                                                static_cast<int>(kMcpUsualWait)),
                       .place = McpPlace::nowhere},
                      {.name = "trials",
                       .kind = McpKind::count,
                       .description = "answer as soon as this many more trials have ended",
                       .place = McpPlace::nowhere}},
       .answer = "experiment"},
      {.name = "best",
       .title = "Best trial",
       .description =
           "Answers with the best trial, or with the Pareto front of several objectives.",
       .command = {"best"},
       .properties = {kOneExperiment, limit()},
       .answer = "trials",
       .list = true},
      {.name = "trials",
       .title = "List trials",
       .description = "Lists trials with configuration, metrics, state and the reason for it.",
       .command = {"trials"},
       .properties = together({options_of("trials", {"sort", "state"}), {kOneExperiment, limit()}}),
       .answer = "trials",
       .list = true},
      {.name = "explain",
       .title = "Explain a trial",
       .description = "Lists the decisions about a trial, each with its reason and the numbers "
                      "behind it.",
       .command = {"explain"},
       .properties = {kOneExperiment, kOneTrial, limit()},
       .answer = "decisions",
       .list = true,
       .keep_last = true},
      {.name = "logs",
       .title = "Output of a trial",
       .description = "Answers with the last lines that a trial printed.",
       .command = {"logs"},
       .properties =
           together({options_of("logs", {"stderr"}), {kOneExperiment, kOneTrial, limit()}}),
       .answer = "lines",
       .list = true,
       .keep_last = true},
      {.name = "compare",
       .title = "Compare experiments",
       .description = "Compares experiments by their results, with ranks and significance.",
       .command = {"compare"},
       .properties = together({options_of("compare", {"by", "at"}),
                               {{.name = "experiments",
                                 .kind = McpKind::experiments,
                                 .description = "the names of the experiments",
                                 .required = true,
                                 .place = McpPlace::operand}}}),
       .answer = "comparison"}};
}

std::vector<McpTool> tools_that_run() {
  return {
      {.name = "dry_run",
       .title = "Check an experiment",
       .description = "Checks everything that start would check and answers with the complete "
                      "experiment. Runs nothing. Call it before start.",
       .command = {"run", "--dry-run"},
       .properties = experiment_options(),
       .answer = "experiment"},
      {.name = "try",
       .title = "Run the program once",
       .description = "Runs the program once with one configuration and answers with the metrics "
                      "found in its output. Stores nothing. Give 'time', such as \"60s\", if the "
                      "program runs for long.",
       .command = {"try"},
       .properties = experiment_options(),
       .answer = "trial",
       .read_only = false,
       .destructive = true},
      {.name = "start",
       .title = "Start an experiment",
       .description = "Starts an experiment in the background and answers once it runs. It needs "
                      "a budget: 'samples', 'time' or both. It runs on when this server ends; stop "
                      "ends it.",
       .command = {"run"},
       .action = McpAction::start,
       .properties = experiment_options(),
       .answer = "experiment",
       .read_only = false,
       .destructive = true},
      {.name = "extend",
       .title = "Extend an experiment",
       .description = "Gives an experiment more samples or more time; one that is not running "
                      "continues in the background.",
       .command = {"extend"},
       .action = McpAction::proceed,
       .properties =
           together({options_of("extend", {"samples", "time", "jobs"}), {kOneExperiment}}),
       .answer = "experiment",
       .read_only = false,
       .destructive = true},
      {.name = "resume",
       .title = "Resume an experiment",
       .description = "Continues an interrupted experiment in the background.",
       .command = {"resume"},
       .action = McpAction::proceed,
       .properties = together({options_of("resume", {"jobs"}), {kOneExperiment}}),
       .answer = "experiment",
       .read_only = false,
       .destructive = true}};
}

McpTool stop() {
  McpProperty trial = kOneTrial;
  trial.required = false;
  trial.description = "only this trial (default: the whole experiment)";
  return {.name = "stop",
          .title = "Stop an experiment or a trial",
          .description = "Ends a running experiment or one of its trials. Its results stay.",
          .command = {"stop"},
          .properties = {kOneExperiment, trial},
          .answer = "request",
          .read_only = false,
          .destructive = true};
}

}  // namespace

std::vector<McpTool> mcp_tools() {
  auto tools = tools_that_run();
  tools.push_back(stop());
  std::ranges::move(tools_that_look(), std::back_inserter(tools));
  return tools;
}

}  // namespace luthier::cli

// One experiment: what it is, how far it is, why it ended.
#include <array>
#include <span>

#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "tuner/assembly.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier show digits"),
                                  std::string_view("luthier show digits --json")};
constexpr std::array kOperands = {kExperiment};
constexpr std::array kOptions = {kResults, kJson};

// Heading and content of each line; JSON has the same under the key.
struct Fact {
  std::string key;
  std::string text;
  std::string json;
};

Fact text_fact(std::string key, const std::string& text) {
  return {std::move(key), text, json_string(text)};
}

std::string counts_text(const Overview& experiment, bool json) {
  const ExperimentStatus& status = experiment.status;
  const std::int64_t left = experiment.running ? 0 : status.count(TrialState::running);
  std::string out;
  const auto add = [&](std::string_view name, std::int64_t count) {
    out += out.empty() ? "" : ", ";
    out += json ? json_string(name) + ": " + std::to_string(count)
                : std::to_string(count) + " " + std::string(name);
  };
  for (const TrialState each : {TrialState::pending,
                                TrialState::running,
                                TrialState::paused,
                                TrialState::completed,
                                TrialState::stopped,
                                TrialState::failed}) {
    add(to_text(each),
        each == TrialState::running ? status.count(each) - left : status.count(each));
  }
  if (left > 0) {
    add(kInterruptedState, left);
  }
  return json ? "{" + out + "}" : out;
}

Fact controller_fact(const Overview& experiment) {
  const ExperimentStatus& status = experiment.status;
  if (!status.host && !experiment.running) {
    return {"controller", "none yet", "null"};
  }
  const std::string host = status.host.value_or("");
  const std::string process = "process " + std::to_string(status.pid) + " on " + host;
  return {"controller",
          experiment.running ? process : "none; the last was " + process,
          "{\"host\": " + json_string(host) + ", \"pid\": " + std::to_string(status.pid) +
              ", \"running\": " + (experiment.running ? "true" : "false") + "}"};
}

std::string space_text(const Space& space) {
  std::string out;
  for (const Parameter& parameter : space.parameters()) {
    out += (out.empty() ? "" : "\n") + to_text(parameter);
  }
  for (const auto& constraint : space.constraints()) {
    out += "\nwith " + constraint;
  }
  return out;
}

std::string objectives_text(const ExperimentSpec& spec) {
  std::string out;
  for (const Objective& objective : spec.objectives) {
    out += out.empty() ? "" : ", ";
    out += (objective.mode == Mode::min ? "min " : "max ") + objective.metric;
  }
  return out;
}

Fact best_fact(const Overview& experiment) {
  std::string text, json;
  for (const TrialRow& row : experiment.status.best) {
    text += (text.empty() ? "" : "\n") + trial_line(experiment.spec, row);
    json += (json.empty() ? "" : ", ") + trial_json(experiment.spec, row, experiment.running);
  }
  return {"best", text.empty() ? "no finite result yet" : text, "[" + json + "]"};
}

Fact pairs_fact(std::string name, std::span<const std::pair<std::string, std::string>> pairs) {
  std::string text, json;
  for (const auto& [key, value] : pairs) {
    text += (text.empty() ? "" : "\n") + key + "=" + value;
    json += (json.empty() ? "" : ", ") + json_string(key) + ": " + json_string(value);
  }
  return {std::move(name), text, "{" + json + "}"};
}

std::vector<Fact> facts(const Overview& experiment) {
  const ExperimentStatus& status = experiment.status;
  const ExperimentSpec& spec = experiment.spec;
  const bool ended = status.finished || !status.end_reason.empty();
  const std::string closing = ended ? status.end_reason : status.closing_reason;
  const auto state = experiment_state_text(experiment.running, status.finished);
  return {text_fact("experiment", spec.name),
          text_fact("state", std::string(state)),
          text_fact("reason", closing),
          {"trials", counts_text(experiment, false), counts_text(experiment, true)},
          best_fact(experiment),
          text_fact("objective", objectives_text(spec)),
          {"space", space_text(spec.space), to_json(spec.space)},
          text_fact("searcher", to_text(spec.searcher)),
          text_fact("scheduler", to_text(spec.scheduler)),
          {"seed", std::to_string(spec.seed), std::to_string(spec.seed)},
          {"samples", std::to_string(spec.samples), std::to_string(spec.samples)},
          text_fact("executor", spec.executor),
          pairs_fact("executor_options", spec.executor_options),
          text_fact("command", join(spec.command, " ")),
          pairs_fact("tags", spec.tags),
          {"elapsed_s", duration_text(status.elapsed_s), to_json(Value(status.elapsed_s))},
          controller_fact(experiment),
          text_fact("directory", experiment.directory.string())};
}

std::string human(const std::vector<Fact>& facts) {
  std::string out;
  for (const Fact& fact : facts) {
    if (fact.text.empty()) {
      continue;
    }
    std::string heading = fact.key == "elapsed_s"          ? "elapsed"
                          : fact.key == "executor_options" ? ""  // below the executor
                                                           : fact.key;
    for (const auto& line : split(fact.text, '\n')) {
      out += pad_right(heading, 12) + printable(line) + "\n";
      heading.clear();
    }
  }
  return out;
}

std::string json(const std::vector<Fact>& facts) {
  std::string out = "{\"schema\": 1";
  for (const Fact& fact : facts) {
    out += ", \"" + fact.key + "\": " + fact.json;
  }
  return out + "}\n";
}

int run(const Arguments& arguments) {
  const auto experiment = read_overview(arguments);
  if (!experiment) {
    return fail(experiment.error());
  }
  const auto all = facts(*experiment);
  return finish(arguments.has("json") ? json(all) : human(all));
}

}  // namespace

extern const Command kShow;
const Command kShow = {.name = "show",
                       .summary = "show one experiment: what it is, how far it is, why it ended",
                       .examples = kExamples,
                       .operands = kOperands,
                       .options = kOptions,
                       .run = run};

}  // namespace luthier::cli

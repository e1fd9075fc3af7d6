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

std::string counts_text(const Experiment& experiment, bool json) {
  const ExperimentState& state = *experiment.state;
  const std::int64_t left = experiment.running ? 0 : state.count(TrialState::running);
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
    add(to_text(each), each == TrialState::running ? state.count(each) - left : state.count(each));
  }
  if (left > 0) {
    add(kInterruptedState, left);
  }
  return json ? "{" + out + "}" : out;
}

Fact controller_fact(const ExperimentState& state, const std::filesystem::path& directory) {
  if (const auto now = holder(directory)) {
    return {"controller",
            "process " + std::to_string(now->pid) + " on " + now->host,
            "{\"host\": " + json_string(now->host) + ", \"pid\": " + std::to_string(now->pid) +
                ", \"running\": true}"};
  }
  const auto last = state.controller();
  if (!last) {
    return {"controller", "none yet", "null"};
  }
  return {"controller",
          "none; the last was process " + std::to_string(last->second) + " on " + last->first,
          "{\"host\": " + json_string(last->first) + ", \"pid\": " + std::to_string(last->second) +
              ", \"running\": false}"};
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

std::string objectives_text(const ExperimentState& state) {
  std::string out;
  for (const Objective& objective : state.objectives()) {
    out += out.empty() ? "" : ", ";
    out += (objective.mode == Mode::min ? "min " : "max ") + objective.metric;
  }
  return out;
}

Fact best_fact(const Experiment& experiment) {
  const ExperimentState& state = *experiment.state;
  std::string text, json;
  for (const TrialId trial : best_trials(state)) {
    text += (text.empty() ? "" : "\n") + trial_line(state, trial);
    json += (json.empty() ? "" : ", ") + trial_json(experiment, trial);
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

std::vector<Fact> facts(const Experiment& experiment) {
  const ExperimentState& state = *experiment.state;
  const ExperimentSpec& spec = state.spec();
  const std::string closing =
      state.finished() || !state.end_reason().empty() ? state.end_reason() : state.closing_reason();
  return {text_fact("experiment", spec.name),
          text_fact("state", std::string(experiment_state_text(state, experiment.directory))),
          text_fact("reason", closing),
          {"trials", counts_text(experiment, false), counts_text(experiment, true)},
          best_fact(experiment),
          text_fact("objective", objectives_text(state)),
          {"space", space_text(spec.space), to_json(spec.space)},
          text_fact("searcher", to_text(spec.searcher)),
          text_fact("scheduler", to_text(spec.scheduler)),
          {"seed", std::to_string(spec.seed), std::to_string(spec.seed)},
          {"samples", std::to_string(spec.samples), std::to_string(spec.samples)},
          text_fact("executor", spec.executor),
          pairs_fact("executor_options", spec.executor_options),
          text_fact("command", join(spec.command, " ")),
          pairs_fact("tags", spec.tags),
          {"elapsed_s", duration_text(state.elapsed_s()), to_json(Value(state.elapsed_s()))},
          controller_fact(state, experiment.directory),
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
  const auto experiment = read_experiment(arguments);
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

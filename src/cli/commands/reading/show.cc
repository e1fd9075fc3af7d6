// One experiment: what it is, how far it is, why it ended.
#include <array>
#include <span>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "cli/output/output.h"
#include "cli/reading.h"
#include "tuner/stored/stored_words.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {std::string_view("luthier show digits"),
                                  std::string_view("luthier show digits --json")};
constexpr std::array kOperands = {kExperiment};
constexpr std::array kOptions = {kResults, kJson};

// Heading and content of each line.
struct Fact {
  std::string heading;
  std::string text;
};

std::string counts_text(const Overview& experiment) {
  std::string out;
  for (const auto& [name, count] : counts_of(experiment.status, experiment.running)) {
    if (name != kInterruptedState || count > 0) {
      out += formatted("{}{} {}", out.empty() ? "" : ", ", count, name);
    }
  }
  return out;
}

std::string controller_text(const Overview& experiment) {
  const ExperimentStatus& status = experiment.status;
  if (!status.host && !experiment.running) {
    return "none yet";
  }
  const std::string process = formatted("process {} on {}", status.pid, status.host.value_or(""));
  return experiment.running ? process : "none; the last was " + process;
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

std::string best_text(const Overview& experiment) {
  std::string text;
  for (const TrialRow& row : experiment.status.best) {
    text += (text.empty() ? "" : "\n") + trial_line(experiment.spec, row);
  }
  if (text.empty() && !experiment.status.nearest.empty()) {
    const TrialRow& nearest = experiment.status.nearest.front();
    return formatted("none meets every requirement; the nearest:\n{}\n{}",
                     trial_line(experiment.spec, nearest),
                     nearest.unmet);
  }
  return text.empty() ? "no finite result yet" : text;
}

std::string requirements_text(const ExperimentSpec& spec) {
  std::string text;
  for (const Requirement& requirement : spec.require) {
    text += (text.empty() ? "" : "\n") + requirement.text;
  }
  return text;
}

std::string priors_text(const ExperimentSpec& spec) {
  std::string text;
  for (const Prior& prior : spec.prior) {
    text += (text.empty() ? "" : "\n") + to_text(prior);
  }
  return text;
}

std::string related_text(const ExperimentSpec& spec) {
  std::string text;
  for (const RelatedTask& task : spec.related) {
    text += formatted("{}{}, {}",
                      text.empty() ? "" : "\n",
                      task.name,
                      counted(static_cast<std::int64_t>(task.results.size()), "result"));
  }
  return text;
}

std::string pairs_text(std::span<const std::pair<std::string, std::string>> pairs) {
  std::string text;
  for (const auto& [key, value] : pairs) {
    text += formatted("{}{}={}", text.empty() ? "" : "\n", key, value);
  }
  return text;
}

// Those given at the start, then those put on it since.
std::string tags_text(const Overview& experiment) {
  const std::string given = pairs_text(experiment.spec.tags);
  const std::string put = join(experiment.remarks.experiment.tags, " ");
  return given + (given.empty() || put.empty() ? "" : "\n") + put;
}

// The note, or why it can't be read.
std::string note_text(const Overview& experiment) {
  const AllRemarks& remarks = experiment.remarks;
  std::string text = remarks.problem.empty() ? remarks.experiment.note : remarks.problem;
  const auto trials = remarked_trials(remarks);
  if (!trials.empty()) {
    text += formatted("{}(on {} too: `luthier note` says which)",
                      text.empty() ? "" : "\n",
                      counted(std::ssize(trials), "trial"));
  }
  return text;
}

std::vector<Fact> facts(const Overview& experiment) {
  const ExperimentStatus& status = experiment.status;
  const ExperimentSpec& spec = experiment.spec;
  return {{"experiment", spec.name},
          {"state", std::string(experiment_state_text(experiment.running, status.finished))},
          {"reason", end_reason(experiment)},
          {"trials", counts_text(experiment)},
          {"best", best_text(experiment)},
          {"objective", objectives_text(spec)},
          {"require", requirements_text(spec)},
          {"space", space_text(spec.space)},
          {"prior", priors_text(spec)},
          {"related", related_text(spec)},
          {"searcher", to_text(spec.searcher)},
          {"scheduler", to_text(spec.scheduler)},
          {"seed", std::to_string(spec.seed)},
          {"samples", std::to_string(spec.samples)},
          {"executor", spec.executor},
          {"", pairs_text(spec.executor_options)},  // below the executor
          {"command", join(spec.command, " ")},
          {"tags", tags_text(experiment)},
          {"note", note_text(experiment)},
          {"elapsed", duration_text(status.elapsed_s)},
          {"controller", controller_text(experiment)},
          {"directory", experiment.directory.string()}};
}

std::string human(const std::vector<Fact>& facts) {
  std::string out;
  for (const Fact& fact : facts) {
    if (fact.text.empty()) {
      continue;
    }
    std::string heading = fact.heading;
    for (const auto& line : split(fact.text, '\n')) {
      out += formatted("{}{}\n", pad_right(heading, 12), printable(line));
      heading.clear();
    }
  }
  return out;
}

int run(const Arguments& arguments) {
  const auto experiment = read_overview(arguments);
  if (!experiment) {
    return fail(experiment.error());
  }
  return finish(arguments.has("json") ? overview_json(*experiment) + "\n"
                                      : human(facts(*experiment)));
}

}  // namespace

extern const Command kShow;
const Command kShow = {.name = "show",
                       .summary = "show one experiment: what it is, its progress, and why it ended",
                       .examples = kExamples,
                       .operands = kOperands,
                       .options = kOptions,
                       .run = run};

}  // namespace luthier::cli

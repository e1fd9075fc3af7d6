// PBT replay: trains again along the schedule that population based training found (Jaderberg et
// al. 2017, section 4.4: the lineage of the best trial is a schedule of hyper-parameters).
//
// `policy` names a file of JSON lines {"iteration": 20, "config": {...}}, iterations growing. A
// trial that has reached a line's iteration pauses and goes on from its own checkpoint with the
// line's configuration; a line with iteration 0 gives the configuration to start with. The file is
// read once, when the experiment is opened. Departure from Ray Tune: with several trials, each
// follows the schedule (Ray allows one only).
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json.h"
#include "luthier/scheduler.h"
#include "schedulers/rungs/per_trial.h"

namespace luthier {
namespace {

struct Step {
  std::int64_t iteration = 0;
  Config config;
};

// What is wrong with the line, or empty.
std::string parse_step(const std::string& line, Step& step) {
  const auto json = parse_json(line);
  const Json* iteration = json ? json->find("iteration") : nullptr;
  const Json* config = json ? json->find("config") : nullptr;
  const auto* count = iteration ? std::get_if<std::int64_t>(&iteration->value.data()) : nullptr;
  if (!count || !config || config->kind != Json::Kind::object) {
    return "is not of the form {\"iteration\": 20, \"config\": {...}}";
  }
  step.iteration = *count;
  for (const auto& [name, item] : config->members) {
    auto value = item.to_value();
    if (!value) {
      return formatted("gives '{}' a value that is no number, text, boolean or list", name);
    }
    step.config.set(name, std::move(*value));
  }
  return {};
}

Result<std::vector<Step>> read_policy(const std::string& path) {
  std::error_code ignored;
  const bool regular = std::filesystem::is_regular_file(path, ignored);  // a pipe would block
  std::ifstream file(regular ? path : std::string());
  if (!regular || !file) {
    return failure(ErrorCode::not_found,
                   "cannot read the policy file '{}' of scheduler 'pbt_replay'; give the path of "
                   "a schedule exported from a pbt experiment",
                   path);
  }
  std::vector<Step> steps;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (trim(line).empty()) {
      continue;
    }
    Step step;
    std::string problem = parse_step(line, step);
    if (problem.empty() && step.iteration < 0) {
      problem = "has a negative iteration";
    }
    if (problem.empty() && !steps.empty() && step.iteration <= steps.back().iteration) {
      problem = "has an iteration that is not after the line before";
    }
    if (!problem.empty()) {
      return failure(
          ErrorCode::invalid_argument, "line {} of the policy file '{}' {}", number, path, problem);
    }
    steps.push_back(std::move(step));
  }
  if (steps.empty()) {
    return failure(ErrorCode::invalid_argument, "the policy file '{}' has no line", path);
  }
  return steps;
}

class PbtReplay : public TrialScheduler {
 public:
  explicit PbtReplay(std::vector<Step> steps) : steps_(std::move(steps)) {}

  Decision on_result(const ExperimentView& /*view*/,
                     TrialId trial,
                     const TrialResult& result) override {
    const std::size_t next = due(taken_[trial], result.training_iteration);
    if (next == taken_[trial]) {
      return {.reason = "follows policy"};
    }
    return {.kind = DecisionKind::pause,
            .reason = "the policy changes the configuration at iteration " +
                      std::to_string(steps_[next - 1].iteration),
            .numbers = {{"policy_iteration", static_cast<double>(steps_[next - 1].iteration)}}};
  }

  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    if (const auto trial = view.first_pending()) {
      return next_step(view, *trial);
    }
    const auto trial = view.first_paused();
    return trial ? std::optional(next_step(view, *trial)) : std::nullopt;
  }

  void on_choice(const ExperimentView& view, const Choice& choice) override {
    if (choice.config) {
      taken_[choice.trial] = due(taken_[choice.trial], view.iteration(choice.trial));
    }
  }

 private:
  // How many steps are behind a trial at `iteration` that has taken `taken` of them.
  std::size_t due(std::size_t taken, std::int64_t iteration) const {
    while (taken < steps_.size() && steps_[taken].iteration <= iteration) {
      ++taken;
    }
    return taken;
  }

  Choice next_step(const ExperimentView& view, TrialId trial) const {
    const std::size_t* entry = taken_.find(trial);
    const std::size_t taken = entry != nullptr ? *entry : 0;
    const std::size_t next = due(taken, view.iteration(trial));
    if (next == taken) {
      return {.trial = trial, .reason = "goes on"};
    }
    const Step& step = steps_[next - 1];
    return {.trial = trial,
            .config = step.config,
            .reason = "the policy's configuration from iteration " + std::to_string(step.iteration),
            .numbers = {{"policy_iteration", static_cast<double>(step.iteration)}}};
  }

  std::vector<Step> steps_;
  PerTrial<std::size_t> taken_;  // steps whose configuration the trial has had
};

Result<std::unique_ptr<TrialScheduler>> make(const PluginContext& context) {
  const Value* path = context.options.find("policy");
  if (path == nullptr) {
    return Error{ErrorCode::invalid_argument,
                 "scheduler 'pbt_replay' needs option policy, the path of an exported schedule"};
  }
  LUTHIER_TAKE(auto steps, read_policy(*path->text()));
  return std::unique_ptr<TrialScheduler>(std::make_unique<PbtReplay>(std::move(steps)));
}

}  // namespace

SchedulerPlugin scheduler_pbt_replay() {
  return {
      .info = {.summary = "trains along the schedule of configurations that a pbt run found",
               .paper = "Jaderberg et al., Population based training of neural networks, 2017",
               .options = {{.name = "policy",
                            .type = OptionType::text,
                            .default_value = {},
                            .meaning = "path of the schedule: JSON lines of iteration and config"}},
               .multi_objective = true,
               .requirements = true},
      .needs_checkpoints = true,
      .make = make};
}

}  // namespace luthier

// The time of one `on_result` when 10,000 trials have reported. Arguments: scheduler with options,
// trials.
#include <algorithm>
#include <cmath>
#include <vector>

#include "base/text.h"
#include "luthier/experiment_spec.h"
#include "speed/measurement.h"
#include "support/scheduler_stage.h"

namespace luthier::bench {
namespace {

constexpr std::int64_t kIterations = 9;

const CompiledSpace& space() {
  static const CompiledSpace compiled = [] {
    Space space;
    for (int i = 0; i < 10; ++i) {
      space.add("x" + std::to_string(i), uniform(0, 1));
    }
    return std::move(CompiledSpace::compile(space)).value();
  }();
  return compiled;
}

// Passes every call on and takes the time of one of them.
class Timed final : public TrialScheduler {
 public:
  Timed(std::unique_ptr<TrialScheduler> scheduler, std::vector<double>& times_us)
      : scheduler_(std::move(scheduler)), times_us_(times_us) {}
  void on_trial_added(const ExperimentView& view, TrialId trial) override {
    scheduler_->on_trial_added(view, trial);
  }
  Decision on_result(const ExperimentView& view,
                     TrialId trial,
                     const TrialResult& result) override {
    const Stopwatch watch;
    Decision decision = scheduler_->on_result(view, trial, result);
    times_us_.push_back(1e6 * watch.wall_s());
    return decision;
  }
  std::optional<Choice> choose_trial_to_run(const ExperimentView& view) const override {
    return scheduler_->choose_trial_to_run(view);
  }
  void on_choice(const ExperimentView& view, const Choice& choice) override {
    scheduler_->on_choice(view, choice);
  }
  void on_trial_ended(const ExperimentView& view, TrialId trial) override {
    scheduler_->on_trial_ended(view, trial);
  }

 private:
  std::unique_ptr<TrialScheduler> scheduler_;
  std::vector<double>& times_us_;
};

}  // namespace

Result<NamedValues> scheduler_decision(Arguments arguments) {
  const auto spec = parse_plugin_spec(arguments[0]);
  if (!spec) {
    return spec.error();
  }
  const int trials = static_cast<int>(parse_integer(arguments[1]).value());
  StageOptions options{.samples = trials, .jobs = trials, .space = &space()};
  std::vector<double> times_us;
  SchedulerStage stage(
      std::make_unique<Timed>(make_scheduler(spec->name, spec->options, options), times_us),
      options);
  for (int i = 0; i < trials; ++i) {
    stage.add_trial();
  }
  stage.fill();
  Rng rng(1, "losses");
  for (std::int64_t iteration = 1; iteration <= kIterations; ++iteration) {
    times_us.clear();
    for (std::int64_t i = 0; i < trials; ++i) {
      const bool running = stage.state({i}) == TrialState::running && !stage.at({i}).saving;
      if (running && stage.at({i}).iteration == iteration - 1) {
        stage.report({i}, iteration, {{"loss", rng.uniform()}});
      }
    }
    if (times_us.size() < static_cast<std::size_t>(trials) / 10) {
      break;
    }
  }
  if (times_us.empty()) {
    return Error{ErrorCode::invalid_argument, "no trial was left to report"};
  }
  double sum = 0;
  for (const double time : times_us) {
    sum += time;
  }
  std::ranges::sort(times_us);
  return NamedValues{{"scheduler", spec->name},
                     {"decisions", static_cast<std::int64_t>(times_us.size())},
                     {"mean_us", sum / static_cast<double>(times_us.size())},
                     {"median_us", times_us[times_us.size() / 2]},
                     {"p99_us", times_us[times_us.size() * 99 / 100]}};
}

}  // namespace luthier::bench

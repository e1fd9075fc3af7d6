#include "laboratory/comparison/tasks.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "laboratory/comparison/statistics/quantiles.h"

namespace luthier {
namespace {

// Regret a little below 0 is a rounded optimum, not a wrong one.
constexpr double kRounding = 1e-9;

std::string label_of(const ExperimentCurve& experiment) {
  const std::string benchmark = experiment.tag("benchmark").value_or("");
  const std::string task = experiment.tag("task").value_or("");
  return benchmark + (benchmark.empty() || task.empty() ? "" : "/") + task;
}

// As a loss, from the option or the tag.
Result<std::optional<double>> optimum_of(const ExperimentCurve& experiment,
                                         std::optional<double> given) {
  std::optional<double> optimum = given;
  if (const auto tag = experiment.tag("optimum"); tag && !given) {
    optimum = parse_number(*tag);
    if (!optimum || !std::isfinite(*optimum)) {
      return failure(ErrorCode::invalid_argument,
                     "tag optimum of experiment '{}' is '{}', not a finite number; give the right "
                     "one with --optimum",
                     experiment.name,
                     *tag);
    }
  }
  if (optimum && experiment.objectives.front().mode == Mode::max) {
    optimum = -*optimum;
  }
  return optimum;
}

Result<> add(Task& task,
             std::size_t index,
             const ExperimentCurve& experiment,
             std::optional<double> optimum,
             std::span<const ExperimentCurve> experiments) {
  if (!task.members.empty() && optimum && task.optimum && *optimum != *task.optimum) {
    return failure(ErrorCode::invalid_argument,
                   "experiments '{}' and '{}' are of one task and their tags optimum differ; give "
                   "the right one with --optimum",
                   experiments[task.members.front()].name,
                   experiment.name);
  }
  if (!task.optimum) {
    task.optimum = optimum;
  }
  task.members.push_back(index);
  return {};
}

Result<> check_optimum(const Task& task, std::span<const ExperimentCurve> experiments) {
  for (const std::size_t member : task.members) {
    const ExperimentCurve& experiment = experiments[member];
    const double slack = kRounding * std::max(1.0, std::fabs(*task.optimum));
    if (experiment.end.best < *task.optimum - slack) {
      const double sign = experiment.objectives.front().mode == Mode::max ? -1 : 1;
      return failure(
          ErrorCode::invalid_argument,
          "the optimum {} is none: experiment '{}' found {}; correct --optimum or the tag optimum",
          format_number(sign * *task.optimum),
          experiment.name,
          format_number(sign * experiment.end.best));
    }
  }
  return {};
}

double scale_of(const Task& task, std::span<const ExperimentCurve> experiments) {
  std::vector<double> first;
  for (const std::size_t member : task.members) {
    if (!experiments[member].points.empty()) {
      first.push_back(experiments[member].points.front().best - *task.optimum);
    }
  }
  const double scale = first.empty() ? 0 : median(std::move(first));
  return scale > 0 ? scale : 1;
}

}  // namespace

double Tasks::plain_score(std::size_t experiment, double loss) const {
  if (measure != Measure::regret && measure != Measure::relative_regret) {
    return loss;
  }
  return std::max(0.0, loss - *all[task_of[experiment]].optimum);
}

double Tasks::score(std::size_t experiment, double loss) const {
  const double plain = plain_score(experiment, loss);
  return measure == Measure::relative_regret ? plain / all[task_of[experiment]].scale : plain;
}

Result<Tasks> find_tasks(std::span<const ExperimentCurve> experiments,
                         std::optional<double> optimum) {
  std::map<std::string, Task> by_label;
  for (std::size_t i = 0; i < experiments.size(); ++i) {
    LUTHIER_TAKE(const auto known, optimum_of(experiments[i], optimum));
    Task& task = by_label[label_of(experiments[i])];
    LUTHIER_TRY(add(task, i, experiments[i], known, experiments));
  }
  Tasks tasks;
  tasks.task_of.resize(experiments.size());
  for (auto& [label, task] : by_label) {
    task.label = label;
    for (const std::size_t member : task.members) {
      tasks.task_of[member] = tasks.all.size();
    }
    tasks.all.push_back(std::move(task));
  }
  const bool known =
      std::ranges::all_of(tasks.all, [](const Task& task) { return task.optimum.has_value(); });
  const bool several = tasks.all.size() > 1;
  tasks.measure = known ? (several ? Measure::relative_regret : Measure::regret)
                        : (several ? Measure::rank : Measure::objective);
  for (Task& task : tasks.all) {
    if (!known) {
      continue;
    }
    LUTHIER_TRY(check_optimum(task, experiments));
    task.scale = scale_of(task, experiments);
  }
  return tasks;
}

}  // namespace luthier

#include "laboratory/comparison/comparison.h"

#include <algorithm>

#include "base/failure.h"
#include "base/format.h"
#include "base/try.h"
#include "laboratory/comparison/cautions.h"
#include "laboratory/comparison/curve_steps.h"
#include "laboratory/comparison/grouping.h"
#include "laboratory/comparison/statistics/blocks.h"
#include "laboratory/comparison/statistics/pairs.h"
#include "laboratory/comparison/statistics/quantiles.h"
#include "laboratory/comparison/tasks.h"

namespace luthier {
namespace {

constexpr std::array kAllAxes = {CurveAxis::trials, CurveAxis::time, CurveAxis::resource};

Result<> check_objectives(std::span<const ExperimentCurve> experiments) {
  if (experiments.empty()) {
    return Error{ErrorCode::invalid_argument, "no experiments to compare"};
  }
  const auto text = [](const ExperimentCurve& experiment) {
    const Objective& objective = experiment.objectives.front();
    return formatted("'{}' ({} {})", experiment.name, to_text(objective.mode), objective.metric);
  };
  for (const ExperimentCurve& experiment : experiments) {
    if (experiment.objectives != experiments.front().objectives) {
      return failure(
          ErrorCode::invalid_argument,
          "experiments {} and {} have different objectives; compare experiments that share them",
          text(experiments.front()),
          text(experiment));
    }
  }
  return {};
}

Spread negated(const Spread& spread) {
  return {.centre = -spread.centre,
          .quartile_1 = -spread.quartile_3,
          .quartile_3 = -spread.quartile_1,
          .low = -spread.high,
          .high = -spread.low};
}

// Puts one comparison together; what every step needs.
class Comparer {
 public:
  Comparer(ComparisonReport& comparison, const std::vector<Group>& groups, const Tasks& tasks)
      : comparison_(comparison),
        groups_(groups),
        tasks_(tasks),
        blocks_(find_blocks(comparison.experiments, groups, tasks.task_of)) {}

  void run() {
    for (const Group& group : groups_) {
      comparison_.groups.push_back(summarise(group));
    }
    const auto score_at_end = [&](std::size_t experiment) {
      return tasks_.score(experiment, this->experiment(experiment).end.best);
    };
    add_ranks(block_ranks(blocks_, groups_.size(), score_at_end));
    if (tasks_.measure == Measure::rank) {
      add_rank_curves();
    } else {
      add_curves();
    }
    for (const Task& task : tasks_.all) {
      comparison_.tasks.push_back(summarise(task));
    }
    comparison_.pairs = compare_pairs(blocks_, groups_.size(), tasks_.measure, score_at_end);
    for (PairSummary& pair : comparison_.pairs) {
      if (pair.effect && maximised()) {
        pair.effect = negated(*pair.effect);
      }
    }
    comparison_.warnings = cautions(comparison_, blocks_, tasks_);
    comparison_.notes = method_notes(comparison_);
  }

 private:
  const ExperimentCurve& experiment(std::size_t index) const {
    return comparison_.experiments[index];
  }
  // Whether what is shown is the negated score.
  bool maximised() const {
    return tasks_.measure == Measure::objective && comparison_.objective.mode == Mode::max;
  }
  Spread shown(const Spread& spread) const { return maximised() ? negated(spread) : spread; }

  GroupSummary summarise(const Group& group) const {
    GroupSummary summary{.label = group.label, .members = group.members};
    const auto spent = [&](auto BestPoint::* field) {
      std::vector<double> all;
      for (const std::size_t member : group.members) {
        all.push_back(static_cast<double>(experiment(member).end.*field));
      }
      return median(std::move(all));
    };
    summary.trials = spent(&BestPoint::trials);
    summary.time_s = spent(&BestPoint::time_s);
    summary.resource = spent(&BestPoint::resource);
    return summary;
  }

  double end_of(const GroupSummary& group, CurveAxis axis) const {
    double end = 0;
    for (const std::size_t member : group.members) {
      end = std::max(end, experiment(member).end.at(axis));
    }
    return end;
  }

  void add_ranks(const std::vector<std::vector<double>>& ranks) {
    comparison_.blocks = static_cast<std::int64_t>(ranks.front().size());
    if (comparison_.blocks == 0) {
      return;
    }
    for (std::size_t group = 0; group < groups_.size(); ++group) {
      GroupSummary& summary = comparison_.groups[group];
      summary.mean_rank = mean(ranks[group]);
      if (tasks_.measure == Measure::rank) {
        summary.finals = ranks[group];
        summary.final = Bootstrap(ranks[group].size(), Centre::mean).spread(ranks[group]);
      }
    }
  }

  void add_singles() {
    for (std::size_t i = 0; i < comparison_.experiments.size(); ++i) {
      std::vector<BestPoint>& points = comparison_.singles.emplace_back(experiment(i).points);
      for (BestPoint& point : points) {
        const double score = tasks_.score(i, point.best);
        point.best = maximised() ? -score : score;
      }
    }
  }

  void add_curves() {
    add_singles();
    for (GroupSummary& group : comparison_.groups) {
      const Bootstrap bootstrap(group.members.size(), Centre::median);
      std::vector<double> finals;
      for (const std::size_t member : group.members) {
        finals.push_back(tasks_.score(member, experiment(member).end.best));
      }
      group.final = shown(bootstrap.spread(finals));
      std::ranges::transform(finals, std::back_inserter(group.finals), [&](double final) {
        return maximised() ? -final : final;
      });
    }
    for (const CurveAxis axis : kAllAxes) {
      const std::vector<double> places = positions(comparison_.experiments, axis);
      for (GroupSummary& group : comparison_.groups) {
        const auto values_at = [&](double position) {
          std::vector<double> values;
          for (const std::size_t member : group.members) {
            values.push_back(tasks_.score(member, experiment(member).best_at(axis, position)));
          }
          return values;
        };
        auto& steps = group.curves[static_cast<std::size_t>(axis)];
        steps = curve_steps(places,
                            end_of(group, axis),
                            values_at,
                            Bootstrap(group.members.size(), Centre::median));
        for (CurveStep& step : steps) {
          step.spread = shown(step.spread);
        }
      }
    }
  }

  // Ranks among the groups need all of them at each position.
  void add_rank_curves() {
    if (comparison_.blocks == 0) {
      return;
    }
    const Bootstrap bootstrap(static_cast<std::size_t>(comparison_.blocks), Centre::mean);
    for (const CurveAxis axis : kAllAxes) {
      const std::vector<double> places = positions(comparison_.experiments, axis);
      std::vector<std::vector<std::vector<double>>> at_place;
      for (const double position : places) {
        at_place.push_back(block_ranks(blocks_, groups_.size(), [&](std::size_t index) {
          return experiment(index).best_at(axis, position);
        }));
      }
      for (std::size_t group = 0; group < groups_.size(); ++group) {
        std::size_t next = 0;
        const auto values_at = [&](double /*position*/) { return at_place[next++][group]; };
        comparison_.groups[group].curves[static_cast<std::size_t>(axis)] =
            curve_steps(places, places.empty() ? 0 : places.back(), values_at, bootstrap);
      }
    }
  }

  TaskSummary summarise(const Task& task) const {
    TaskSummary summary{.label = task.label, .optimum = task.optimum};
    if (task.optimum && comparison_.objective.mode == Mode::max) {
      summary.optimum = -*task.optimum;
    }
    for (const Group& group : groups_) {
      std::vector<double> values;
      for (const std::size_t member : group.members) {
        if (&tasks_.all[tasks_.task_of[member]] == &task) {
          values.push_back(tasks_.plain_score(member, experiment(member).end.best));
        }
      }
      if (values.empty()) {
        summary.groups.emplace_back();
        continue;
      }
      const Spread spread = Bootstrap(values.size(), Centre::median).spread(values);
      const bool negate = tasks_.measure != Measure::regret &&
                          tasks_.measure != Measure::relative_regret &&
                          comparison_.objective.mode == Mode::max;
      summary.groups.emplace_back(negate ? negated(spread) : spread);
    }
    return summary;
  }

  ComparisonReport& comparison_;
  const std::vector<Group>& groups_;
  const Tasks& tasks_;
  const std::vector<Block> blocks_;
};

}  // namespace

std::string_view to_text(Measure measure) {
  switch (measure) {
    case Measure::objective:
      return "objective";
    case Measure::regret:
      return "regret";
    case Measure::relative_regret:
      return "relative_regret";
    case Measure::rank:
      return "rank";
  }
  return "";
}

std::string value_name(const ComparisonReport& comparison) {
  switch (comparison.measure) {
    case Measure::objective:
      return comparison.objective.metric;
    case Measure::regret:
      return "regret of " + comparison.objective.metric;
    case Measure::relative_regret:
      return "relative regret of " + comparison.objective.metric;
    case Measure::rank:
      return "mean rank by " + comparison.objective.metric;
  }
  return "";
}

Result<ComparisonReport> compare(std::vector<ExperimentCurve> experiments,
                                 const ComparisonOptions& options) {
  LUTHIER_TRY(check_objectives(experiments));
  ComparisonReport comparison;
  comparison.objective = experiments.front().objectives.front();
  comparison.budget = options.budget;
  comparison.experiments = std::move(experiments);
  LUTHIER_TAKE(const auto groups, group_experiments(comparison.experiments, options.by));
  LUTHIER_TAKE(const auto tasks, find_tasks(comparison.experiments, options.optimum));
  comparison.measure = tasks.measure;
  Comparer(comparison, groups, tasks).run();
  return comparison;
}

}  // namespace luthier

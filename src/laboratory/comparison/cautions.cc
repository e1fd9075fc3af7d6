#include "laboratory/comparison/cautions.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "laboratory/comparison/drawing/chart.h"
#include "laboratory/comparison/statistics/paired_tests.h"

namespace luthier {
namespace {

constexpr double kSpentAlike = 1.25;  // a larger ratio of what groups spent is worth a sentence
constexpr std::size_t kNamed = 3;     // of a longer list

std::string quoted(std::vector<std::string> names) {
  const std::size_t all = names.size();
  if (all > kNamed) {
    names.resize(kNamed);
  }
  for (std::string& name : names) {
    name = formatted("'{}'", name);
  }
  return join(names, ", ") +
         (all > kNamed ? formatted(" and {} more", all - kNamed) : std::string());
}

// The names of the experiments that `is` holds for, as a list; "" when there is none.
template <class Is>
std::string which(const ComparisonReport& comparison, const Is& is) {
  std::vector<std::string> names;
  for (const ExperimentCurve& experiment : comparison.experiments) {
    if (is(experiment)) {
      names.push_back(experiment.name);
    }
  }
  return names.empty() ? "" : quoted(std::move(names));
}

// As --at is given: "trials=50".
std::string to_text(const Budget& budget) {
  const char* axis = budget.axis == CurveAxis::time     ? "time"
                     : budget.axis == CurveAxis::trials ? "trials"
                                                        : "resource";
  return formatted("{}={}", axis, format_number(budget.amount));
}

std::int64_t most_pairs(const ComparisonReport& comparison) {
  std::int64_t most = 0;
  for (const PairSummary& pair : comparison.pairs) {
    most = std::max(most, pair.pairs);
  }
  return most;
}

void few_seeds(const ComparisonReport& comparison, std::vector<std::string>& out) {
  std::vector<std::string> small;
  for (const GroupSummary& group : comparison.groups) {
    if (group.members.size() < kFewestForBand) {
      small.push_back(group.label);
    }
  }
  if (!small.empty()) {
    out.push_back(
        formatted("too few seeds for a 95% band of the median, which needs {} experiments of a "
                  "group: there are fewer of {}",
                  kFewestForBand,
                  quoted(std::move(small))));
  }
}

void few_pairs(const ComparisonReport& comparison, std::vector<std::string>& out) {
  if (comparison.pairs.empty()) {
    return;
  }
  std::vector<std::string> unmatched;
  for (const PairSummary& pair : comparison.pairs) {
    if (pair.pairs == 0) {
      unmatched.push_back(formatted("{}' and '{}",
                                    comparison.groups[pair.first].label,
                                    comparison.groups[pair.second].label));
    }
  }
  const auto unmatched_count = static_cast<std::int64_t>(unmatched.size());
  if (!unmatched.empty()) {
    out.push_back(formatted(
        "not tested, because they have no benchmark, task and seed in common: {}; run them on the "
        "same tasks with the same seeds",
        quoted(std::move(unmatched))));
  }
  if (most_pairs(comparison) == 0) {
    return;
  }
  const auto tests = std::max<std::int64_t>(
      static_cast<std::int64_t>(comparison.pairs.size()) - unmatched_count, 1);
  const std::int64_t needed = fewest_pairs(static_cast<std::size_t>(tests), kSignificance);
  if (const std::int64_t most = most_pairs(comparison); most < needed) {
    out.push_back(
        formatted("too few seeds to say which is better: with {} no difference can reach p = 0.05; "
                  "{}{} at least {}",
                  counted(most, "matched seed"),
                  counted(tests, "comparison"),
                  tests == 1 ? " needs" : " need",
                  needed));
  }
}

// A group that lacks the hard tasks would look good by its median.
void unequal_blocks(const ComparisonReport& comparison,
                    std::span<const Block> blocks,
                    std::vector<std::string>& out) {
  const auto all = std::ssize(blocks);
  if (comparison.groups.size() == 1 || comparison.blocks == all) {
    return;
  }
  if (comparison.blocks == 0) {
    out.emplace_back("no ranks: no combination of benchmark, task and seed is in every group");
    return;
  }
  out.push_back(
      formatted("some group lacks {} of the {} combinations of benchmark, task and seed: ranks "
                "leave them out{}",
                all - comparison.blocks,
                all,
                comparison.measure == Measure::rank
                    ? ""
                    : ", medians and bands do not and may be of easier or harder ones"));
}

// Tasks are told apart by tags alone, so problems without any are taken for one.
void different_spaces(const ComparisonReport& comparison,
                      const Tasks& tasks,
                      std::vector<std::string>& out) {
  for (const Task& task : tasks.all) {
    const ExperimentCurve& first = comparison.experiments[task.members.front()];
    for (const std::size_t member : task.members) {
      const ExperimentCurve& other = comparison.experiments[member];
      if (!(other.space == first.space)) {
        out.push_back(
            formatted("the search spaces of '{}' and '{}' differ; if they are different problems, "
                      "tell them apart with --tag benchmark=NAME",
                      first.name,
                      other.name));
        return;
      }
    }
  }
}

// Equal seeds draw equal configurations from equal spaces, so the pairs of alike tasks repeat each
// other and the tests count them twice.
void shared_draws(const ComparisonReport& comparison,
                  const Tasks& tasks,
                  std::vector<std::string>& out) {
  const auto& all = comparison.experiments;
  for (std::size_t i = 0; i < all.size() && most_pairs(comparison) > 0; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (tasks.task_of[i] != tasks.task_of[j] && all[i].seed == all[j].seed &&
          all[i].space == all[j].space) {
        out.emplace_back(
            "tasks of one search space share their seeds and with them their draws, so p may be "
            "too small and bands too narrow; give each task seeds of its own");
        return;
      }
    }
  }
}

bool reaches_budget(const ComparisonReport& comparison) {
  return std::ranges::any_of(comparison.experiments, [&](const ExperimentCurve& experiment) {
    return experiment.end.at(comparison.budget->axis) >= comparison.budget->amount;
  });
}

void unequal_cost(const ComparisonReport& comparison, std::vector<std::string>& out) {
  const auto ratio = [&](double GroupSummary::* spent) {
    const auto [least, most] = std::ranges::minmax(comparison.groups, {}, spent);
    return least.*spent > 0 ? most.*spent / (least.*spent) : 1;
  };
  std::vector<std::string> differences;
  const auto tell = [&](const char* what, double factor) {
    if (factor > kSpentAlike) {
      differences.push_back(formatted(
          "{} differ by a factor of up to {}", what, short_number(std::round(factor * 100) / 100)));
    }
  };
  tell("times", ratio(&GroupSummary::time_s));
  tell("iterations", ratio(&GroupSummary::resource));
  if (!differences.empty()) {
    out.push_back(
        formatted("the groups did not spend the same ({}); the end of each is compared, --at "
                  "compares at equal cost",
                  join(differences, ", ")));
  }
}

}  // namespace

std::vector<std::string> cautions(const ComparisonReport& comparison,
                                  std::span<const Block> blocks,
                                  const Tasks& tasks) {
  std::vector<std::string> out;
  if (comparison.groups.size() == 1) {
    out.emplace_back(
        "all experiments are of one group, so there is nothing to compare it with; --by "
        "names what makes groups, --by experiment lets each stand alone");
  }
  few_seeds(comparison, out);
  few_pairs(comparison, out);
  unequal_blocks(comparison, blocks, out);
  different_spaces(comparison, tasks, out);
  shared_draws(comparison, tasks, out);
  if (comparison.budget && !reaches_budget(comparison)) {
    out.push_back(formatted("no experiment reached --at {}; the end of each is compared",
                            to_text(*comparison.budget)));
  }
  if (!comparison.budget || !reaches_budget(comparison)) {
    unequal_cost(comparison, out);
  }
  const std::string unfinished =
      which(comparison, [](const ExperimentCurve& experiment) { return !experiment.finished; });
  if (!unfinished.empty()) {
    out.push_back("not finished, compared as far as they got: " + unfinished);
  }
  const std::string without = which(
      comparison, [](const ExperimentCurve& experiment) { return experiment.points.empty(); });
  if (!without.empty()) {
    out.push_back(formatted("without a finite '{}', counted as worse than every number: {}",
                            comparison.objective.metric,
                            without));
  }
  const bool several = std::ranges::any_of(comparison.experiments, [](const auto& experiment) {
    return experiment.objectives.size() > 1;
  });
  if (several) {
    out.push_back(formatted("of several objectives only the first, '{}', is compared",
                            comparison.objective.metric));
  }
  const bool repeated = std::ranges::any_of(blocks, [](const Block& block) {
    return std::ranges::any_of(block.members, [](const auto& each) { return each.size() > 1; });
  });
  if (repeated) {
    out.emplace_back(
        "a group has several experiments of one benchmark, task and seed; pairs and "
        "ranks take their mean; another --by may tell them apart");
  }
  const bool some_known =
      std::ranges::any_of(tasks.all, [](const Task& task) { return task.optimum.has_value(); });
  if (comparison.measure == Measure::rank && some_known) {
    out.emplace_back(
        "the optimum of some tasks is not known, so there is no regret; tag every "
        "experiment with optimum=VALUE");
  }
  return out;
}

std::vector<std::string> method_notes(const ComparisonReport& comparison) {
  std::vector<std::string> out;
  switch (comparison.measure) {
    case Measure::objective:
      break;
    case Measure::regret:
      out.emplace_back("regret is the distance from the optimum to the best so far");
      break;
    case Measure::relative_regret:
      out.emplace_back(
          "regret is divided by its task's median regret after the first result, so "
          "that tasks can be put together; pairs are compared by its ratio");
      break;
    case Measure::rank:
      out.emplace_back(
          "the tasks are of different scale and their optima are not known, so only "
          "ranks are put together: 1 is the best of " +
          std::to_string(comparison.groups.size()));
      break;
  }
  if (comparison.budget) {
    out.push_back(formatted("compared is what was found by {} {}",
                            format_number(comparison.budget->amount),
                            axis_name(comparison.budget->axis)));
  }
  const bool rank = comparison.measure == Measure::rank;
  out.push_back(
      formatted("{}, quartiles and 95% bootstrap band ({} resamples) over {}; an experiment "
                "that has ended keeps its best",
                rank ? "mean" : "median",
                Bootstrap::kResamples,
                rank ? "blocks of equal benchmark, task and seed" : "the experiments of a group"));
  if (most_pairs(comparison) == 0) {
    return out;
  }
  const bool exact =
      std::ranges::all_of(comparison.pairs, [](const PairSummary& pair) { return pair.exact; });
  const auto tests = std::ranges::count_if(comparison.pairs,
                                           [](const PairSummary& pair) { return pair.pairs > 0; });
  out.push_back(
      formatted("{}{}, two-sided, over pairs of equal benchmark, task and seed (up to {}); p "
                "corrected by Holm for {}",
                rank ? "sign test" : "Wilcoxon signed-rank test",
                exact ? ", exact" : ", normal approximation",
                most_pairs(comparison),
                counted(tests, "test")));
  if (comparison.tasks.size() > 1) {
    out.push_back(
        formatted("the seeds of a task are pairs of their own, so p speaks of these {} tasks, "
                  "not of others like them",
                  comparison.tasks.size()));
  }
  return out;
}

}  // namespace luthier

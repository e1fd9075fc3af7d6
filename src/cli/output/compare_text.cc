#include "cli/output/compare_text.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/terminal_text.h"
#include "cli/output/output.h"
#include "cli/output/table.h"
#include "laboratory/comparison/figures.h"

namespace luthier::cli {
namespace {

constexpr auto kRight = Table::Align::right;

std::string groups_text(const ComparisonReport& comparison) {
  Table table({{"group"},
               {"runs", kRight},
               {std::string(centre_name(comparison)), kRight},
               {"quartiles", kRight},
               {"95% band", kRight},
               {"rank", kRight},
               {"trials", kRight},
               {"time", kRight},
               {"iterations", kRight}});
  for (const GroupSummary& group : comparison.groups) {
    const bool measured = !group.finals.empty();
    const Spread& final = group.final;
    table.add({group.label,
               std::to_string(group.members.size()),
               measured ? figure(final.centre) : "-",
               measured ? interval(final.quartile_1, final.quartile_3) : "-",
               measured ? interval(final.low, final.high) : "-",
               group.mean_rank ? figure(*group.mean_rank) : "-",
               figure(group.trials),
               time_figure(group.time_s),
               figure(group.resource)});
  }
  return table.text(output_columns());
}

// With more pairs than this a terminal shows those of the best group.
constexpr std::size_t kMostPairs = 15;

// By mean rank; the first where there is none.
std::size_t best_group(const ComparisonReport& comparison) {
  const auto rank = [](const GroupSummary& group) { return group.mean_rank.value_or(0); };
  return static_cast<std::size_t>(std::ranges::min_element(comparison.groups, {}, rank) -
                                  comparison.groups.begin());
}

std::string pairs_text(const ComparisonReport& comparison) {
  const bool ratio = comparison.measure == Measure::relative_regret;
  Table table({{"first"},
               {"second"},
               {"pairs", kRight},
               {"better/equal/worse", kRight},
               {ratio ? "ratio" : "difference", kRight},
               {"p", kRight},
               {"corrected", kRight},
               {""}});
  const auto tested = std::ranges::count_if(comparison.pairs,
                                            [](const PairSummary& pair) { return pair.pairs > 0; });
  if (tested == 0) {
    return "";
  }
  const bool all = std::cmp_less_equal(tested, kMostPairs);
  const std::size_t best = best_group(comparison);
  std::size_t left_out = 0;
  for (const PairSummary& pair : comparison.pairs) {
    if (pair.pairs == 0) {
      continue;
    }
    if (!all && pair.first != best && pair.second != best) {
      ++left_out;
      continue;
    }
    table.add({comparison.groups[pair.first].label,
               comparison.groups[pair.second].label,
               std::to_string(pair.pairs),
               formatted("{}/{}/{}", pair.wins, pair.ties, pair.losses),
               effect_figure(comparison, pair),
               p_figure(pair.p),
               p_figure(pair.corrected_p),
               verdict(comparison, pair)});
  }
  const std::string more =
      all ? ""
          : formatted("and {} pairs without '{}'; --json and `luthier report` hold them all\n",
                      left_out,
                      printable(comparison.groups[best].label));
  return formatted("\n{}{}", table.text(output_columns()), more);
}

std::string tasks_text(const ComparisonReport& comparison) {
  if (comparison.tasks.size() < 2) {
    return "";
  }
  std::vector<Table::Column> columns = {{"task"}};
  for (const GroupSummary& group : comparison.groups) {
    columns.push_back({group.label, kRight});
  }
  Table table(std::move(columns));
  for (const TaskSummary& task : comparison.tasks) {
    std::vector<std::string> cells = {task_name(task)};
    for (const auto& spread : task.groups) {
      cells.push_back(spread ? figure(spread->centre) : "-");
    }
    table.add(std::move(cells));
  }
  const bool regret = comparison.measure == Measure::relative_regret;
  return formatted("\nmedian {}, task by task\n{}",
                   printable((regret ? "regret of " : "") + comparison.objective.metric),
                   table.text(output_columns()));
}

}  // namespace

std::string compare_text(const ComparisonReport& comparison) {
  std::string out = formatted(
      "{}{}{}\n", groups_text(comparison), tasks_text(comparison), pairs_text(comparison));
  for (const std::string& note : comparison.notes) {
    out += printable(note) + "\n";
  }
  return out;
}

}  // namespace luthier::cli

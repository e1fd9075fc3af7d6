#include "cli/compare_text.h"

#include <sys/ioctl.h>

#include "base/terminal_text.h"
#include "cli/table.h"
#include "comparison/figures.h"

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
  return table.text();
}

std::string pairs_text(const ComparisonReport& comparison) {
  if (comparison.pairs.empty()) {
    return "";
  }
  const bool ratio = comparison.measure == Measure::relative_regret;
  Table table({{"first"},
               {"second"},
               {"pairs", kRight},
               {"better/equal/worse", kRight},
               {ratio ? "ratio" : "difference", kRight},
               {"p", kRight},
               {"corrected", kRight},
               {""}});
  for (const PairSummary& pair : comparison.pairs) {
    table.add({comparison.groups[pair.first].label,
               comparison.groups[pair.second].label,
               std::to_string(pair.pairs),
               std::to_string(pair.wins) + "/" + std::to_string(pair.ties) + "/" +
                   std::to_string(pair.losses),
               effect_figure(comparison, pair),
               p_figure(pair.p),
               p_figure(pair.corrected_p),
               verdict(comparison, pair)});
  }
  return "\n" + table.text();
}

}  // namespace

std::string compare_text(const ComparisonReport& comparison) {
  std::string out = groups_text(comparison) + pairs_text(comparison) + "\n";
  for (const std::string& note : comparison.notes) {
    out += printable(note) + "\n";
  }
  return out;
}

int terminal_columns(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace luthier::cli

#include "laboratory/comparison/drawing/comparison_html.h"

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "laboratory/comparison/drawing/chart.h"
#include "laboratory/comparison/drawing/html_text.h"
#include "laboratory/comparison/drawing/svg_plot.h"
#include "laboratory/comparison/figures.h"

namespace luthier {
namespace {

std::string cell(const std::string& text, std::string_view kind = "") {
  return "<td" + (kind.empty() ? std::string() : formatted(" class=\"{}\"", kind)) + ">" +
         html_text(text) + "</td>";
}

// How many columns after the first, and at the end, hold words.
struct Columns {
  std::size_t words_first = 0;
  std::size_t words_last = 0;
};

std::string headings(std::span<const std::string> names, const Columns& columns) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool words = i <= columns.words_first || i + columns.words_last >= names.size();
    out += (words ? "<th class=\"text\">" : "<th>") + html_text(names[i]) + "</th>";
  }
  return "<thead><tr>" + out + "</tr></thead>";
}

std::string table(std::span<const std::string> names,
                  const std::string& rows,
                  const Columns& columns = {},
                  std::string_view kind = "plain") {
  return "<div class=\"wide\"><table class=\"" + std::string(kind) + "\">" +
         headings(names, columns) + "<tbody>" + rows + "</tbody></table></div>\n";
}

std::string items(std::span<const std::string> sentences, std::string_view kind) {
  std::string out;
  for (const std::string& sentence : sentences) {
    out += "<li>" + html_text(sentence) + "</li>";
  }
  return out.empty() ? out : "<ul class=\"" + std::string(kind) + "\">" + out + "</ul>\n";
}

std::string key(std::size_t group) {
  return "<span class=\"key g" + std::to_string(group % kPlotColors) +
         (group >= kPlotColors ? " again" : "") + "\"></span>";
}

std::string legend(const ComparisonReport& comparison) {
  std::string out;
  for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
    out += "<li>" + key(i) + html_text(comparison.groups[i].label) + "</li>";
  }
  return "<ul class=\"legend\">" + out + "</ul>\n";
}

std::string lead(const ComparisonReport& comparison) {
  std::string out = formatted("{} in {}, {}{}",
                              counted(std::ssize(comparison.experiments), "experiment"),
                              counted(std::ssize(comparison.groups), "group"),
                              comparison.objective.metric,
                              comparison.objective.mode == Mode::min ? " minimised" : " maximised");
  if (comparison.tasks.size() > 1) {
    out += ", " + counted(std::ssize(comparison.tasks), "task");
  } else if (!comparison.tasks.front().label.empty()) {
    out += ", task " + comparison.tasks.front().label;
  }
  if (comparison.tasks.size() == 1 && comparison.tasks.front().optimum) {
    out += ", optimum " + figure(*comparison.tasks.front().optimum);
  }
  return "<p class=\"lead\">" + html_text(out) + "</p>\n";
}

std::string summary(const ComparisonReport& comparison) {
  const std::string centre(centre_name(comparison));
  const std::vector<std::string> names = {"group",
                                          "experiments",
                                          centre + " at the end",
                                          "quartiles",
                                          "95% band",
                                          "mean rank",
                                          "trials",
                                          "time",
                                          "iterations"};
  std::string rows;
  for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
    const GroupSummary& group = comparison.groups[i];
    const bool measured = !group.finals.empty();
    const auto spread = [&](double a, double b) { return cell(measured ? interval(a, b) : "-"); };
    rows += "<tr><td>" + key(i) + html_text(group.label) + "</td>" +
            cell(std::to_string(group.members.size())) +
            cell(measured ? figure(group.final.centre) : "-") +
            spread(group.final.quartile_1, group.final.quartile_3) +
            spread(group.final.low, group.final.high) +
            cell(group.mean_rank ? figure(*group.mean_rank) : "-") + cell(figure(group.trials)) +
            cell(time_figure(group.time_s)) + cell(figure(group.resource)) + "</tr>";
  }
  return table(names, rows);
}

std::string pairs(const ComparisonReport& comparison) {
  if (comparison.pairs.empty()) {
    return "";
  }
  const bool ratio = comparison.measure == Measure::relative_regret;
  const std::vector<std::string> names = {
      "first",
      "second",
      "matched seeds",
      "better / equal / worse",
      ratio ? "median ratio (95% band)" : "median difference (95% band)",
      "p",
      "corrected p",
      "reading"};
  std::string rows;
  for (const PairSummary& pair : comparison.pairs) {
    const std::string counts = formatted("{} / {} / {}", pair.wins, pair.ties, pair.losses);
    rows += (pair.better ? "<tr class=\"better\">" : "<tr>") +
            cell(comparison.groups[pair.first].label) +
            cell(comparison.groups[pair.second].label, "text") + cell(std::to_string(pair.pairs)) +
            cell(counts) + cell(effect_figure(comparison, pair)) + cell(p_figure(pair.p)) +
            cell(p_figure(pair.corrected_p)) +
            cell(verdict(comparison, pair), pair.better ? "text better" : "text") + "</tr>";
  }
  return "<h2>Which is better</h2>\n" +
         table(names, rows, {.words_first = 1, .words_last = 1}, "pairs");
}

std::string tasks(const ComparisonReport& comparison) {
  if (comparison.tasks.size() < 2) {
    return "";
  }
  std::vector<std::string> names = {"task"};
  for (const GroupSummary& group : comparison.groups) {
    names.push_back(group.label);
  }
  std::string rows;
  for (const TaskSummary& task : comparison.tasks) {
    rows += "<tr>" + cell(task_name(task));
    for (const auto& spread : task.groups) {
      rows += cell(spread ? figure(spread->centre) : "-");
    }
    rows += "</tr>";
  }
  const bool regret = comparison.measure == Measure::relative_regret;
  return "<h2>Task by task</h2>\n<p class=\"lead\">Median " +
         html_text((regret ? "regret of " : "") + comparison.objective.metric) +
         " at the end.</p>\n" + table(names, rows);
}

std::string curves(const ComparisonReport& comparison) {
  std::string out = "<h2>Best so far</h2>\n" + legend(comparison);
  for (const CurveAxis axis : {CurveAxis::time, CurveAxis::trials, CurveAxis::resource}) {
    out += svg_curves(comparison, axis);
  }
  return out;
}

}  // namespace

std::string comparison_html(const ComparisonReport& comparison) {
  return "<div class=\"comparison\">\n<h1>" + html_text("Comparison by " + value_name(comparison)) +
         "</h1>\n" + lead(comparison) + items(comparison.warnings, "warnings") +
         summary(comparison) + svg_finals(comparison) + curves(comparison) + pairs(comparison) +
         tasks(comparison) + "<h2>How the numbers were made</h2>\n" +
         items(comparison.notes, "notes") + "</div>\n";
}

}  // namespace luthier

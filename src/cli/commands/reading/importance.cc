// Which parameters matter: a table with a bar for each.
#include "laboratory/importance/importance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/format.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/options/limits.h"
#include "cli/output/output.h"
#include "cli/output/table.h"
#include "cli/reading.h"
#include "laboratory/importance/importance_text.h"

namespace luthier::cli {
namespace {

constexpr std::array kExamples = {
    std::string_view("luthier importance digits"),
    std::string_view("luthier importance digits --method ped_anova --top 5"),
    std::string_view("luthier importance digits --where 'optimizer == \"sgd\"' --pairs --json")};
constexpr std::array kOperands = {kExperiment};
constexpr std::string_view kMethodWords = "fanova ped_anova";
constexpr std::array kOptions = {
    Option{.name = "metric",
           .argument = "NAME",
           .meaning = "what the parameters matter for (default: the first objective)"},
    Option{.name = "method",
           .argument = "METHOD",
           .meaning = "fanova: what explains the variance over the whole space; ped_anova: what "
                      "sets the best tenth of the trials apart (default: fanova)",
           .completes = Completes::words,
           .words = kMethodWords},
    Option{.name = "where",
           .argument = "EXPRESSION",
           .meaning = "only trials for which it holds, as in `luthier trials`"},
    Option{.name = "iteration",
           .argument = "N",
           .meaning = "compare trials at this training iteration (default: where they ended; with "
                      "early stopping, the last one that half of them reached)"},
    Option{.name = "top", .argument = "K", .meaning = "only the K most important"},
    Option{.name = "pairs",
           .meaning = "also show the interaction of every two parameters (fanova)"},
    Option{.name = "seed",
           .argument = "N",
           .meaning = "of the resamples that the intervals come from (default: 0)"},
    kResults,
    kJson};

struct Wish {
  ImportanceOptions options;
  std::size_t top = std::numeric_limits<std::size_t>::max();
};

Result<Wish> wish_of(const Arguments& arguments) {
  Wish wish;
  wish.options.trials.metric = arguments.text("metric").value_or("");
  wish.options.trials.where = arguments.text("where").value_or("");
  wish.options.pairs = arguments.has("pairs");
  if (const auto method = arguments.text("method")) {
    LUTHIER_TAKE(wish.options.method, parse_importance_method(*method));
  }
  if (const auto iteration = arguments.text("iteration")) {
    LUTHIER_TAKE(wish.options.trials.iteration, parse_count("--iteration", *iteration, 1));
  }
  if (const auto top = arguments.text("top")) {
    LUTHIER_TAKE(const auto count, parse_count("--top", *top, 1));
    wish.top = static_cast<std::size_t>(count);
  }
  if (const auto seed = arguments.text("seed")) {
    LUTHIER_TAKE(const auto number, parse_count("--seed", *seed, 0));
    wish.options.seed = static_cast<std::uint64_t>(number);
  }
  return wish;
}

std::string percent(double share) {
  return formatted("{:.1f}%", 100 * share);
}

std::string interval(const Share& share) {
  return formatted("{:.1f}% to {:.1f}%", 100 * share.low, 100 * share.high);
}

std::string bar(double share) {
  constexpr double kWidth = 20;
  return std::string(static_cast<std::size_t>(std::lround(kWidth * share)), '#');
}

// Where the metric is good, and whether a parameter was active in few trials.
std::string remark(const ImportanceReport& report, const ParameterImportance& each) {
  std::string text = each.good;
  if (each.active < report.counted) {
    text += (text.empty() ? "" : "  ") + formatted("(active in {})", counted(each.active, "trial"));
  }
  return text;
}

std::string parameter_table(const ImportanceReport& report, std::size_t top) {
  const std::string good = report.objective ? "best" : "lowest";
  Table table({{"parameter", Table::Align::left},
               {"share", Table::Align::right},
               {"", Table::Align::left},
               {"interval", Table::Align::right},
               {good + " values", Table::Align::left}});
  for (std::size_t i = 0; i < std::min(top, report.parameters.size()); ++i) {
    const ParameterImportance& each = report.parameters[i];
    table.add({each.parameter,
               percent(each.share.value),
               bar(each.share.value),
               interval(each.share),
               remark(report, each)});
  }
  if (report.interactions) {
    const double share = *report.interactions;
    table.add({"(interactions)", percent(share), bar(share), "", ""});
  }
  return table.text(output_columns());
}

std::string pair_table(const ImportanceReport& report, std::size_t top) {
  Table table({{"interaction", Table::Align::left},
               {"share", Table::Align::right},
               {"", Table::Align::left},
               {"interval", Table::Align::right}});
  for (std::size_t i = 0; i < std::min(top, report.pairs.size()); ++i) {
    const PairImportance& each = report.pairs[i];
    table.add({formatted("{} x {}", each.first, each.second),
               percent(each.share.value),
               bar(each.share.value),
               interval(each.share)});
  }
  return table.text(output_columns());
}

int run(const Arguments& arguments) {
  const auto directory = find_experiment(arguments);
  if (!directory) {
    return fail(directory.error());
  }
  const auto wish = wish_of(arguments);
  const auto report = wish ? read_importance(*directory, wish->options) : wish.error();
  if (!report) {
    return fail(report.error());
  }
  const bool ranked = report->reason.empty();
  std::string out;
  if (arguments.has("json")) {
    out = importance_json(*report, wish->top) + "\n";
  } else if (ranked) {
    out = parameter_table(*report, wish->top);
    out += report->pairs.empty() ? "" : "\n" + pair_table(*report, wish->top);
    out += formatted("\n{}\n{}\n", printable(counted_text(*report)), method_text(*report));
  }
  const int printed = finish(out);
  if (!ranked) {
    talk(formatted("the parameters of '{}' are not ranked: {}. {}",
                   report->experiment,
                   report->reason,
                   counted_text(*report)));
  }
  return ranked || printed != kSuccess ? printed : kExperimentFailed;
}

}  // namespace

extern const Command kImportance;
const Command kImportance = {.name = "importance",
                             .summary = "rank the parameters by how much they matter",
                             .examples = kExamples,
                             .operands = kOperands,
                             .options = kOptions,
                             .run = run};

}  // namespace luthier::cli

#include "tuner/foreign_names.h"

#include <algorithm>
#include <array>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

struct Row {
  std::string_view theirs;  // in lower case, letters and digits only
  AlgorithmKind kind;
  std::string_view ours;
};

constexpr auto kSearcher = AlgorithmKind::searcher;
constexpr auto kScheduler = AlgorithmKind::scheduler;

constexpr std::array kRows = {Row{"optuna", kSearcher, "tpe"},
                              Row{"hyperopt", kSearcher, "tpe"},
                              Row{"motpe", kSearcher, "tpe"},
                              Row{"multivariatetpe", kSearcher, "tpe"},
                              Row{"treeparzenestimator", kSearcher, "tpe"},
                              Row{"parzen", kSearcher, "tpe"},
                              Row{"smac", kSearcher, "gp"},
                              Row{"smac3", kSearcher, "gp"},
                              Row{"flaml", kSearcher, "tpe"},
                              Row{"blend", kSearcher, "tpe"},
                              Row{"cfo", kSearcher, "tpe"},
                              Row{"anneal", kSearcher, "tpe"},
                              Row{"bayesian", kSearcher, "gp"},
                              Row{"bayes", kSearcher, "gp"},
                              Row{"bayesopt", kSearcher, "gp"},
                              Row{"bayesianoptimization", kSearcher, "gp"},
                              Row{"bo", kSearcher, "gp"},
                              Row{"gaussianprocess", kSearcher, "gp"},
                              Row{"gaussianprocessbandit", kSearcher, "gp"},
                              Row{"gpbandit", kSearcher, "gp"},
                              Row{"gpucbpe", kSearcher, "gp"},
                              Row{"gpei", kSearcher, "gp"},
                              Row{"gpminimize", kSearcher, "gp"},
                              Row{"gphedge", kSearcher, "gp"},
                              Row{"skopt", kSearcher, "gp"},
                              Row{"vizier", kSearcher, "gp"},
                              Row{"ax", kSearcher, "gp"},
                              Row{"botorch", kSearcher, "gp"},
                              Row{"hebo", kSearcher, "gp"},
                              Row{"dragonfly", kSearcher, "gp"},
                              Row{"spearmint", kSearcher, "gp"},
                              Row{"nevergrad", kSearcher, "cmaes"},
                              Row{"cma", kSearcher, "cmaes"},
                              Row{"es", kSearcher, "cmaes"},
                              Row{"evolution", kSearcher, "cmaes"},
                              Row{"evolutionary", kSearcher, "cmaes"},
                              Row{"evolutionstrategy", kSearcher, "cmaes"},
                              Row{"geneticalgorithm", kSearcher, "cmaes"},
                              Row{"genetic", kSearcher, "cmaes"},
                              Row{"ga", kSearcher, "cmaes"},
                              Row{"randomized", kSearcher, "random"},
                              Row{"rand", kSearcher, "random"},
                              Row{"basicvariant", kSearcher, "random"},
                              Row{"variantgenerator", kSearcher, "random"},
                              Row{"bruteforce", kSearcher, "grid"},
                              Row{"parameter", kSearcher, "grid"},
                              Row{"exhaustive", kSearcher, "grid"},
                              Row{"qmc", kSearcher, "sobol"},
                              Row{"quasirandom", kSearcher, "sobol"},
                              Row{"lowdiscrepancy", kSearcher, "sobol"},
                              Row{"lhs", kSearcher, "latin_hypercube"},
                              Row{"latin", kSearcher, "latin_hypercube"},
                              Row{"lhc", kSearcher, "latin_hypercube"},
                              Row{"nsga", kSearcher, "nsga2"},
                              Row{"nsgaii", kSearcher, "nsga2"},
                              Row{"default", kSearcher, "auto"},
                              Row{"differentialevolution", kSearcher, "dehb"},
                              Row{"dehb", kSearcher, "dehb"},
                              Row{"repeater", kSearcher, "repeat"},
                              Row{"concurrencylimiter", kSearcher, "concurrency_limit"},
                              Row{"median", kScheduler, "median_stopping"},
                              Row{"medianstop", kScheduler, "median_stopping"},
                              Row{"medianrule", kScheduler, "median_stopping"},
                              Row{"medianstoppingrule", kScheduler, "median_stopping"},
                              Row{"curvefitting", kScheduler, "median_stopping"},
                              Row{"async", kScheduler, "asha"},
                              Row{"asynchyperband", kScheduler, "asha"},
                              Row{"earlystopping", kScheduler, "asha"},
                              Row{"earlyterminate", kScheduler, "asha"},
                              Row{"sha", kScheduler, "successive_halving"},
                              Row{"halving", kScheduler, "successive_halving"},
                              Row{"halvinggrid", kScheduler, "successive_halving"},
                              Row{"hb", kScheduler, "hyperband"},
                              Row{"hyperbandforbohb", kScheduler, "bohb"},
                              Row{"hbbohb", kScheduler, "bohb"},
                              Row{"populationbased", kScheduler, "pbt"},
                              Row{"populationbasedtraining", kScheduler, "pbt"},
                              Row{"populationbasedbandits", kScheduler, "pb2"},
                              Row{"populationbasedtrainingreplay", kScheduler, "pbt_replay"},
                              Row{"nop", kScheduler, "fifo"},
                              Row{"noop", kScheduler, "fifo"},
                              Row{"none", kScheduler, "fifo"},
                              Row{"no", kScheduler, "fifo"},
                              Row{"off", kScheduler, "fifo"},
                              Row{"trial", kScheduler, "fifo"},
                              Row{"patience", kScheduler, "patient"},
                              Row{"random", kSearcher, "random"},
                              Row{"grid", kSearcher, "grid"},
                              Row{"tpe", kSearcher, "tpe"},
                              Row{"gp", kSearcher, "gp"},
                              Row{"cmaes", kSearcher, "cmaes"},
                              Row{"sobol", kSearcher, "sobol"},
                              Row{"halton", kSearcher, "halton"},
                              Row{"latinhypercube", kSearcher, "latin_hypercube"},
                              Row{"nsga2", kSearcher, "nsga2"},
                              Row{"bohb", kSearcher, "bohb"},
                              Row{"fifo", kScheduler, "fifo"},
                              Row{"asha", kScheduler, "asha"},
                              Row{"hyperband", kScheduler, "hyperband"},
                              Row{"bohb", kScheduler, "bohb"},
                              Row{"pasha", kScheduler, "pasha"},
                              Row{"pbt", kScheduler, "pbt"},
                              Row{"pb2", kScheduler, "pb2"},
                              Row{"pbtreplay", kScheduler, "pbt_replay"},
                              Row{"medianstopping", kScheduler, "median_stopping"},
                              Row{"successivehalving", kScheduler, "successive_halving"},
                              Row{"percentile", kScheduler, "percentile"},
                              Row{"threshold", kScheduler, "threshold"},
                              Row{"patient", kScheduler, "patient"},
                              Row{"wilcoxon", kScheduler, "wilcoxon"}};

std::string letters_and_digits(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    }
  }
  return out;
}

// "optuna.samplers.TPESampler" is "tpe".
std::string bare(std::string_view name) {
  const auto dot = name.rfind('.');
  std::string word =
      letters_and_digits(dot == std::string_view::npos ? name : name.substr(dot + 1));
  for (const std::string_view end : {"sampler",
                                     "pruner",
                                     "search",
                                     "scheduler",
                                     "searcher",
                                     "algorithm",
                                     "designer",
                                     "tuner",
                                     "assessor",
                                     "advisor",
                                     "optimizer",
                                     "suggest"}) {
    if (word.size() > end.size() && word.ends_with(end)) {
      word.resize(word.size() - end.size());
    }
  }
  return word;
}

}  // namespace

std::string_view to_text(AlgorithmKind kind) {
  return kind == AlgorithmKind::searcher ? "searcher" : "scheduler";
}

std::optional<MeantAlgorithm> meant_algorithm(AlgorithmKind kind, std::string_view name) {
  const std::string word = bare(name);
  const auto find = [&](bool same_kind) {
    return std::ranges::find_if(kRows, [&](const Row& row) {
      return row.theirs == word && (row.kind == kind) == same_kind;
    });
  };
  const auto* row = find(true);
  row = row == kRows.end() ? find(false) : row;
  return row == kRows.end() ? std::nullopt
                            : std::optional(MeantAlgorithm{row->kind, std::string(row->ours)});
}

std::string unknown_algorithm(AlgorithmKind kind,
                              std::string_view name,
                              std::span<const std::string> known,
                              std::span<const std::string> known_of_other_kind) {
  const std::string begin = formatted("no {} '{}'; ", to_text(kind), name);
  const std::string all = " known: " + join(known, ", ");
  const auto other =
      kind == AlgorithmKind::searcher ? AlgorithmKind::scheduler : AlgorithmKind::searcher;
  const auto in = [](std::span<const std::string> names, std::string_view each) {
    return std::ranges::find(names, each) != names.end();
  };
  const auto of_other_kind = [&](std::string_view meant) {
    return formatted("{}did you mean {} '{}'?{}", begin, to_text(other), meant, all);
  };
  if (in(known_of_other_kind, name)) {
    return of_other_kind(name);
  }
  const auto meant = meant_algorithm(kind, name);
  if (meant && meant->kind == kind && in(known, meant->name)) {
    return formatted("{}did you mean '{}'?{}", begin, meant->name, all);
  }
  if (!closest_name(name, known) && meant && in(known_of_other_kind, meant->name)) {
    return of_other_kind(meant->name);
  }
  return unknown_name(to_text(kind), name, known);
}

}  // namespace luthier

// The mixed suite: integers, categories and real numbers in one space, with interactions.
#include <deque>
#include <string>
#include <utility>

#include "base/format.h"
#include "laboratory/simulation/benchmarks/benchmark_families.h"
#include "laboratory/simulation/benchmarks/synthetic_function.h"

namespace luthier {
namespace {

// A parameter's text lives as long as the program.
const char* kept(std::string text) {
  static std::deque<std::string> texts;
  return texts.emplace_back(std::move(text)).c_str();
}

SyntheticDefinition integers(const char* name, double ripple) {
  SyntheticDefinition out{name, {}};
  for (int i = 0; i < 10; ++i) {
    out.terms.push_back({.parameter = kept(formatted("i{}=randint(0, {})", i, 8 + 3 * i)),
                         .weight = 1.0 + i % 3,
                         .ripple = ripple});
  }
  return out;
}

SyntheticDefinition choices(const char* name, int count, int levels) {
  SyntheticDefinition out{name, {}};
  for (int i = 0; i < count; ++i) {
    SyntheticTerm term{.parameter = nullptr, .shifts = true};
    std::string values;
    for (int level = 0; level < levels; ++level) {
      values += formatted("{}v{}", level == 0 ? "" : ", ", level);
      term.offsets.push_back(0.1 * ((level * 7 + i * 3) % levels));
    }
    term.parameter = kept(formatted("c{}=choice({})", i, values));
    out.terms.push_back(std::move(term));
  }
  return out;
}

SyntheticDefinition log_ranges(const char* name, double ripple) {
  SyntheticDefinition out{name, {}};
  for (int i = 0; i < 6; ++i) {
    const int low = -8 + i;
    out.terms.push_back({.parameter = kept(formatted("l{}=loguniform(1e{}, 1e{})", i, low, i)),
                         .weight = 6.0 - i,
                         .ripple = ripple});
  }
  return out;
}

SyntheticDefinition fifty(const char* name, int relevant) {
  SyntheticDefinition out{name, {}};
  for (int i = 0; i < 50; ++i) {
    out.terms.push_back(
        {.parameter = kept(formatted("x{}=uniform(0, 1)", i)), .weight = i < relevant ? 1 : 0.001});
  }
  return out;
}

const std::vector<SyntheticDefinition>& definitions() {
  static const std::vector<SyntheticDefinition> kDefinitions = {
      {"separable",
       {{"kind=choice(a, b, c, d)", 0, {0.3, 0.1, 0, 0.2}},
        {"layers=randint(1, 9)", 1},
        {"units=lograndint(8, 2049)", 1},
        {"lr=loguniform(1e-6, 1)", 4},
        {"dropout=uniform(0, 0.9)", 1},
        {"weight=uniform(-1, 1)", 1}}},
      {"shifted",
       {{"kind=choice(a, b, c, d, e)", 0, {0.1, 0.05, 0.2, 0, 0.15}},
        {.parameter = "lr=loguniform(1e-6, 1)", .weight = 5, .moved_by = "kind"},
        {.parameter = "width=lograndint(4, 513)", .weight = 2, .moved_by = "kind"},
        {.parameter = "depth=randint(1, 13)", .weight = 2, .moved_by = "kind"},
        {.parameter = "noise=uniform(0, 1)", .weight = 1}}},
      {"rugged",
       {{.parameter = "i=randint(-10, 11)", .weight = 2, .ripple = 0.1},
        {.parameter = "j=randint(-10, 11)", .weight = 2, .ripple = 0.1},
        {.parameter = "x=uniform(-5, 5)", .weight = 2, .ripple = 0.1},
        {.parameter = "y=uniform(-5, 5)", .weight = 2, .ripple = 0.1},
        {"mode=choice(low, high)", 0, {0.2, 0}}}},
      {"valley",
       {{"depth=randint(1, 9)", 1},
        {.parameter = "lr=loguniform(1e-5, 1)", .weight = 20, .moved_by = "depth"},
        {.parameter = "decay=loguniform(1e-6, 1e-1)", .weight = 10, .moved_by = "batch"},
        {"batch=choice(16, 32, 64, 128)", 0, {0.1, 0.05, 0, 0.05}}}},
      {"categories",
       {{"a=choice(0, 1, 2, 3)", 0, {0.2, 0, 0.1, 0.3}},
        {"b=choice(0, 1, 2, 3)", 0, {0.1, 0.2, 0.3, 0}},
        {"c=choice(0, 1, 2, 3)", 0, {0, 0.3, 0.2, 0.1}},
        {"d=choice(0, 1, 2, 3)", 0, {0.3, 0.2, 0, 0.1}},
        {"e=choice(0, 1, 2, 3)", 0, {0.2, 0.1, 0.3, 0}},
        {"f=choice(0, 1, 2, 3)", 0, {0.1, 0, 0.3, 0.2}},
        {.parameter = "x=uniform(0, 1)", .weight = 1, .moved_by = "a"},
        {.parameter = "y=uniform(0, 1)", .weight = 1, .moved_by = "d"}}},
      integers("integers", 0),
      integers("rugged_integers", 0.1),
      choices("choices", 10, 5),
      choices("many_choices", 20, 3),
      log_ranges("log_ranges", 0),
      log_ranges("rugged_log_ranges", 0.1),
      fifty("fifty", 50),
      fifty("five_of_fifty", 5)};
  return kDefinitions;
}

}  // namespace

BenchmarkFamily mixed_family() {
  return {.name = "mixed",
          .summary = "functions over integers, categories and real numbers, least value 0",
          .options = synthetic_options(definitions().size()),
          .make = [](const NamedValues& options, std::string text) {
            return make_synthetic("mixed", definitions(), options, std::move(text));
          }};
}

}  // namespace luthier

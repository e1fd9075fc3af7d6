// The conditional suite: branches with spaces of their own, some inside others. The branch that
// looks best on average is often not the one that holds the optimum.
#include "laboratory/simulation/benchmarks/benchmark_families.h"
#include "laboratory/simulation/benchmarks/synthetic_function.h"

namespace luthier {
namespace {

const std::vector<SyntheticDefinition>& definitions() {
  static const std::vector<SyntheticDefinition> kDefinitions = {
      {"two_models",
       {{"model=choice(smooth, sharp)", 0, {0.1, 0}},
        {"x=uniform(-5, 5) if model == 'smooth'", 1},
        {"y=uniform(-5, 5) if model == 'smooth'", 1},
        {"rate=loguniform(1e-6, 1) if model == 'sharp'", 9},
        {"decay=loguniform(1e-6, 1) if model == 'sharp'", 9}}},
      {"optimizers",
       {{"optimizer=choice(sgd, adam, rmsprop)", 0, {0.15, 0, 0.05}},
        {.parameter = "lr=loguniform(1e-6, 1)", .weight = 6, .moved_by = "optimizer"},
        {"momentum=uniform(0, 0.99) if optimizer == 'sgd'", 1},
        {"nesterov=choice(true, false) if optimizer == 'sgd'", 0, {0, 0.05}},
        {"beta1=uniform(0.5, 0.999) if optimizer == 'adam'", 3},
        {"beta2=uniform(0.9, 0.9999) if optimizer == 'adam'", 3},
        {"smoothing=uniform(0.5, 0.999) if optimizer == 'rmsprop'", 2}}},
      {"layers",
       {{"layers=randint(1, 5)", 2},
        {"units_1=lograndint(8, 1025)", 1},
        {"units_2=lograndint(8, 1025) if layers >= 2", 1},
        {"units_3=lograndint(8, 1025) if layers >= 3", 1},
        {"units_4=lograndint(8, 1025) if layers >= 4", 1},
        {"dropout_2=uniform(0, 0.9) if layers >= 2", 0.5},
        {"dropout_4=uniform(0, 0.9) if layers >= 4", 0.5}}},
      {"nested",
       {{"a=choice(off, on)", 0, {0.3, 0}},
        {"b=choice(off, on) if a == 'on'", 0, {0.5, 0}},
        {"c=choice(off, on) if b == 'on'", 0, {0.6, 0}},
        {"x=uniform(0, 1) if c == 'on'", 6},
        {"y=loguniform(1e-4, 1) if c == 'on'", 6},
        {"u=uniform(0, 1) if b == 'on'", 1},
        {.parameter = "z=uniform(0, 1)", .weight = 1, .moved_by = "a"}}},
      {"pipeline",
       {{"scaler=choice(none, standard, quantile)", 0, {0.2, 0, 0.1}},
        {"quantiles=lograndint(10, 1001) if scaler == 'quantile'", 0.5},
        {"model=choice(svm, forest, boosting)", 0, {0.05, 0.1, 0}},
        {"kernel=choice(linear, rbf) if model == 'svm'", 0, {0.3, 0}},
        {"c=loguniform(1e-3, 1e3) if model == 'svm'", 2},
        {"gamma=loguniform(1e-4, 10) if kernel == 'rbf'", 3},
        {"trees=lograndint(10, 1001) if model == 'forest'", 0.5},
        {"depth=randint(2, 21) if model == 'forest'", 1},
        {"rounds=lograndint(10, 1001) if model == 'boosting'", 2},
        {.parameter = "shrinkage=loguniform(1e-3, 1) if model == 'boosting'",
         .weight = 5,
         .moved_by = "scaler"}}},
      {"rugged",
       {{"model=choice(a, b, c, d)", 0, {0.2, 0.05, 0, 0.1}},
        {.parameter = "a1=uniform(0, 1) if model == 'a'", .weight = 1, .ripple = 0.1},
        {.parameter = "b1=uniform(0, 1) if model == 'b'", .weight = 2, .ripple = 0.1},
        {.parameter = "c1=uniform(0, 1) if model == 'c'", .weight = 4, .ripple = 0.2},
        {.parameter = "c2=loguniform(1e-5, 1) if model == 'c'", .weight = 4, .ripple = 0.2},
        {.parameter = "d1=uniform(0, 1) if model == 'd'", .weight = 1, .ripple = 0.1},
        {.parameter = "shared=uniform(0, 1)", .weight = 2, .moved_by = "model"}}}};
  return kDefinitions;
}

}  // namespace

BenchmarkFamily conditional_family() {
  return {.name = "conditional",
          .summary = "functions over conditional spaces, least value 0",
          .options = synthetic_options(definitions().size()),
          .make = [](const NamedValues& options, std::string text) {
            return make_synthetic("conditional", definitions(), options, std::move(text));
          }};
}

}  // namespace luthier

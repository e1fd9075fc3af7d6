#include <algorithm>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "luthier/compiled_space.h"
#include "schedulers/population/population_training.h"

namespace luthier {
namespace {

// Names in option `parameters` that are no explorable parameter of the space.
Result<> check_names(std::string_view scheduler,
                     const CompiledSpace& space,
                     const std::vector<std::string>& names) {
  const std::string who = formatted(" of scheduler '{}'", scheduler);
  std::vector<std::string> known;
  for (const Axis& axis : space.axes()) {
    if (!axis.grid) {
      known.push_back(space.parameters()[axis.parameter].name);
    }
  }
  if (known.empty()) {
    return failure(ErrorCode::invalid_argument,
                   "scheduler '{}' has nothing to explore: the space has no parameter besides "
                   "grids and constants; add one, or take another scheduler",
                   scheduler);
  }
  std::vector<std::string> problems;
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      problems.push_back("option parameters" + who + ": " + unknown_name("parameter", name, known));
    }
  }
  return problems.empty() ? Result<>() : Error{ErrorCode::invalid_argument, join(problems, "\n")};
}

}  // namespace

Result<std::vector<std::string>> explored_parameters(std::string_view name,
                                                     const PluginContext& context) {
  std::vector<std::string> names;
  const Value* text = context.options.find("parameters");
  for (const std::string& part : split(text == nullptr ? "" : *text->text(), ',')) {
    if (!trim(part).empty()) {
      names.emplace_back(trim(part));
    }
  }
  if (context.space != nullptr) {
    LUTHIER_TRY(check_names(name, *context.space, names));
  }
  return names;
}

PopulationOptions population_options(const NamedValues& options) {
  return {.interval = options.number("perturbation_interval"),
          .burn_in = options.number("burn_in"),
          .quantile_fraction = options.number("quantile_fraction"),
          .synch = options.boolean("synch")};
}

std::vector<OptionSpec> population_option_specs() {
  return {
      time_attr_option(),
      {.name = "perturbation_interval",
       .default_value = 5.0,
       .meaning = "time between two steps of a trial: more lets changes show, less adapts faster "
                  "and saves more checkpoints",
       .minimum = 1e-9,
       .maximum = 1e15},
      {.name = "burn_in",
       .default_value = 0.0,
       .meaning = "no step before this time",
       .minimum = 0,
       .maximum = 1e15},
      {.name = "quantile_fraction",
       .default_value = 0.25,
       .meaning = "share of the population that is replaced, and that is copied; more is greedier",
       .minimum = 0,
       .maximum = 0.5},
      {.name = "parameters",
       .type = OptionType::text,
       .default_value = {},
       .meaning = "names of the parameters to explore, separated by commas; absent: all that are "
                  "not grid parameters"},
      {.name = "synch",
       .type = OptionType::boolean,
       .default_value = false,
       .meaning = "true: all trials meet at each interval before any goes on; repeatable, but "
                  "the slowest sets the pace"}};
}

}  // namespace luthier

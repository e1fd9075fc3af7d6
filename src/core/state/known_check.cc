#include "core/state/known_check.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

bool is_searched(const CompiledSpace& space, std::string_view name) {
  return std::ranges::any_of(space.axes(), [&](const Axis& axis) {
    return space.parameters()[axis.parameter].name == name;
  });
}

}  // namespace

Result<KnownResult> complete_known(const CompiledSpace& space,
                                   std::span<const Objective> objectives,
                                   const KnownResult& known) {
  std::vector<std::string> problems;
  if (const auto fits = space.check(known.config); !fits) {
    problems.push_back(fits.error().message);
  }
  KnownResult whole = known;
  whole.config = {};
  for (const auto& [name, value] : space.decode(space.encode(known.config))) {
    const Value* given = known.config.find(name);
    if (given == nullptr && problems.empty() && is_searched(space, name)) {
      problems.push_back(
          formatted("the parameter '{}' is missing, and a known result needs all", name));
    }
    whole.config.append(name, given != nullptr ? *given : value);
  }
  for (const Objective& objective : objectives) {
    const Value* value = known.metrics.find(objective.metric);
    const auto number = value && !value->boolean() ? value->number() : std::nullopt;
    if (!number) {
      problems.push_back(formatted("there is no number for the objective '{}'", objective.metric));
    } else if (!std::isfinite(*number)) {
      problems.push_back(formatted(
          "the objective '{}' is {}; it must be finite", objective.metric, format_number(*number)));
    }
  }
  if (known.training_iteration < 1) {
    problems.emplace_back("its training_iteration is below 1");
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  return whole;
}

}  // namespace luthier

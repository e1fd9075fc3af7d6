#include "core/space/space_change.h"

#include <algorithm>

#include "base/failure.h"
#include "base/text.h"

namespace luthier {
namespace {

bool is_grid(const Parameter& parameter) {
  return parameter.domain.kind == DomainKind::grid;
}

Result<> check_change(const Space& space, const Parameter& change) {
  const auto found = std::ranges::find(space.parameters(), change.name, &Parameter::name);
  if (found == space.parameters().end()) {
    std::vector<std::string> names;
    for (const Parameter& each : space.parameters()) {
      names.push_back(each.name);
    }
    return failure(ErrorCode::invalid_argument,
                   "{}; a new one needs a new experiment, which can learn from this one with "
                   "--related",
                   unknown_name("parameter", change.name, names));
  }
  if (is_grid(*found) || is_grid(change)) {
    return failure(ErrorCode::invalid_argument,
                   "'{}' can't be changed: the trials of a grid are numbered by its cells",
                   change.name);
  }
  return {};
}

}  // namespace

Result<Space> changed_space(const Space& space, const Space& changes) {
  std::vector<std::string> problems;
  for (const Parameter& change : changes.parameters()) {
    if (const auto checked = check_change(space, change); !checked) {
      problems.push_back(checked.error().message);
    }
  }
  if (!problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(problems, "\n")};
  }
  Space out;
  for (const Parameter& each : space.parameters()) {
    const auto change = std::ranges::find(changes.parameters(), each.name, &Parameter::name);
    const bool changes_it = change != changes.parameters().end();
    auto added = out.add(each.name, changes_it ? change->domain : each.domain);
    const std::string& condition =
        changes_it && !change->condition.empty() ? change->condition : each.condition;
    if (!condition.empty()) {
      added.when(condition);
    }
  }
  for (const std::string& constraint : space.constraints()) {
    out.constrain(constraint);
  }
  return out;
}

bool is_change_of(const Space& before, const Space& after) {
  return std::ranges::equal(
      before.parameters(), after.parameters(), [](const Parameter& a, const Parameter& b) {
        return a.name == b.name && is_grid(a) == is_grid(b) &&
               (!is_grid(a) || a.domain == b.domain);
      });
}

}  // namespace luthier

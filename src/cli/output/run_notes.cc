#include "cli/output/run_notes.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"
#include "cli/advice/parameter_reach.h"
#include "core/space/environment_name.h"

namespace luthier::cli {
namespace {

constexpr std::size_t kMostNames = 5;

std::string listed(std::vector<std::string> names) {
  const std::size_t count = names.size();
  names.resize(std::min(count, kMostNames));
  return join(names, ", ") +
         (count > kMostNames ? formatted(" and {} more", count - kMostNames) : "");
}

std::string unseen_note(const ExperimentSpec& spec) {
  const auto unseen = unseen_parameters(spec);
  if (unseen.empty()) {
    return {};
  }
  const bool one = unseen.size() == 1;
  return formatted("{}{}{}{}; to hand {} over in the command, write {{{}}} there",
                   one ? "the parameter " : "the parameters ",
                   listed(unseen),
                   one ? " reaches the program only as the environment variable "
                       : " reach the program only as environment variables such as ",
                   environment_name(unseen.front()),
                   one ? "it" : "them",
                   unseen.front());
}

std::string stray_note(const ExperimentSpec& spec) {
  const auto strays = stray_names(spec);
  if (strays.empty()) {
    return {};
  }
  std::vector<std::string> parameters;
  for (const Parameter& parameter : spec.space.parameters()) {
    parameters.push_back(parameter.name);
  }
  std::vector<std::string> names;
  std::string meant;
  for (const StrayName& stray : strays) {
    names.push_back(formatted("{{{}}}", stray.name));
    const auto close = closest_name(stray.name, parameters);
    if (meant.empty() && close) {
      meant = formatted("; did you mean {{{}}}?", *close);
    }
  }
  const bool one = names.size() == 1;
  return formatted(
      "{} in the template {}{} as written{}",
      listed(names),
      strays.front().file,
      one ? " is not a parameter and stays" : " are not parameters and stay",
      meant.empty() && !parameters.empty() ? "; the parameters are " + listed(parameters) : meant);
}

bool has_choice(const Space& space) {
  return std::ranges::any_of(space.parameters(), [](const Parameter& parameter) {
    const Domain& domain = parameter.domain;
    return domain.kind != DomainKind::constant && domain.kind != DomainKind::expression &&
           domain.values.size() != 1;
  });
}

std::string samples_note(const ExperimentRequest& request) {
  const ExperimentSpec& spec = request.spec;
  const bool one = !request.budget_given && spec.samples == 1 && spec.points.size() < 2;
  const bool single_cell = request.space && request.space->grid_size() == 1;
  return one && single_cell && has_choice(spec.space)
             ? "one configuration is tried, because -n is 1 by default; -n 20 tries twenty"
             : "";
}

// What a shell shows for an end by a signal; a program may also exit with such a status by itself.
std::string status_note(const ExperimentSpec& spec) {
  constexpr std::int64_t kOfSignals = 128;
  constexpr std::int64_t kMostSignals = 64;
  for (const auto& [name, value] : spec.executor_options) {
    for (const auto& word : name == "ok_status" ? split(value, ',') : std::vector<std::string>()) {
      const auto status = parse_integer(trim(word));
      if (status && *status > kOfSignals && *status <= kOfSignals + kMostSignals) {
        return formatted(
            "--ok-status {} applies to a program that exits with it; one that is ended by signal "
            "{} has still failed",
            *status,
            *status - kOfSignals);
      }
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> notes_on(const ExperimentRequest& request, Purpose purpose) {
  std::vector<std::string> notes = {
      unseen_note(request.spec), stray_note(request.spec), status_note(request.spec)};
  if (purpose == Purpose::running) {
    notes.push_back(samples_note(request));
  }
  std::erase(notes, "");
  return notes;
}

}  // namespace luthier::cli

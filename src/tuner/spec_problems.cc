#include "tuner/spec_problems.h"

#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "core/name_length.h"
#include "core/space/prior_check.h"
#include "core/state/known_check.h"
#include "core/state/related_check.h"
#include "search/priors/priors.h"
#include "search/priors/related_places.h"

namespace luthier {
namespace {

std::string below(const char* what, double value, double minimum) {
  if (value >= minimum) {
    return {};
  }
  return formatted(
      "{} is {}; it must be at least {}", what, format_number(value), format_number(minimum));
}

std::string duration_problem(const char* what, double seconds) {
  if (seconds <= kLongestSeconds) {
    return below(what, seconds, 0);
  }
  return formatted("{} is {}; it must be at most {} seconds",
                   what,
                   format_number(seconds),
                   format_number(kLongestSeconds));
}

std::string objectives_problem(const ExperimentSpec& spec) {
  if (spec.objectives.empty()) {
    return "no objective is given; name one with --min METRIC or --max METRIC";
  }
  for (std::size_t i = 0; i < spec.objectives.size(); ++i) {
    if (spec.objectives[i].metric.empty()) {
      return "an objective has an empty name; name the metric to minimise or maximise";
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (spec.objectives[i].metric == spec.objectives[j].metric) {
        return formatted("objective '{}' is given twice; give each metric once",
                         spec.objectives[i].metric);
      }
    }
  }
  return {};
}

void settle_related(ExperimentSpec& spec, const CompiledSpace& space, Problems& problems) {
  for (RelatedTask& task : spec.related) {
    auto ordered = ordered_related(spec, task);
    if (!ordered) {
      problems.add(ordered.error().message);
    } else if (related_places(*ordered, space).empty()) {
      problems.add(formatted("the related task '{}' shares no parameter with this space; drop it",
                             task.name));
    } else {
      task = *std::move(ordered);
    }
  }
}

}  // namespace

void Problems::add(std::string problem) {
  if (!problem.empty()) {
    all_.push_back(std::move(problem));
  }
}

Result<> Problems::result() const {
  if (all_.empty()) {
    return {};
  }
  return Error{ErrorCode::invalid_argument, join(all_, "\n")};
}

void add_objective_problems(const ExperimentSpec& spec, Problems& problems) {
  problems.add(objectives_problem(spec));
}

void add_number_problems(const ExperimentSpec& spec, Problems& problems) {
  problems.add(below("samples", static_cast<double>(spec.samples), 0));
  problems.add(below("iterations", static_cast<double>(spec.iterations), 0));
  problems.add(below("retries", static_cast<double>(spec.retries), 0));
  problems.add(below("max_failures", static_cast<double>(spec.max_failures), -1));
  problems.add(duration_problem("time budget", spec.time_budget_s));
  problems.add(duration_problem("trial timeout", spec.trial_timeout_s));
  problems.add(duration_problem("retry delay", spec.retry_delay_s));
  problems.add(duration_problem("grace", spec.grace_s));
  problems.add(below("checkpoint_every", static_cast<double>(spec.checkpoint_every), 0));
  problems.add(below("keep_checkpoints", static_cast<double>(spec.keep_checkpoints), 0));
  problems.add(below("deterministic", static_cast<double>(spec.deterministic), 0));
}

void add_name_problems(const ExperimentSpec& spec, Problems& problems) {
  for (const Parameter& parameter : spec.space.parameters()) {
    problems.add(name_length_problem("the parameter", parameter.name));
  }
  for (const Objective& objective : spec.objectives) {
    problems.add(name_length_problem("the metric", objective.metric));
  }
  for (const auto& [key, value] : spec.tags) {
    problems.add(name_length_problem("the tag", key));
  }
  for (const auto& [resource, amount] : spec.resources) {
    problems.add(name_length_problem("the resource", resource));
  }
}

void settle_contents(ExperimentSpec& spec, const CompiledSpace& space, Problems& problems) {
  std::vector<std::string> of_priors = prior_problems(spec.prior, space);
  if (of_priors.empty()) {
    of_priors.push_back(centre_problem(spec.prior, space));
  }
  for (std::string& problem : of_priors) {
    problems.add(std::move(problem));
  }
  settle_related(spec, space, problems);
  for (std::size_t i = 0; i < spec.points.size(); ++i) {
    if (const auto checked = space.check(spec.points[i]); !checked) {
      problems.add(formatted("point {}: {}", i + 1, checked.error().message));
    }
  }
  for (std::size_t i = 0; i < spec.known.size(); ++i) {
    auto whole = complete_known(space, spec.objectives, spec.known[i]);
    if (whole) {
      spec.known[i] = *std::move(whole);
    } else {
      problems.add(formatted("known result {}: {}", i + 1, whole.error().message));
    }
  }
}

}  // namespace luthier

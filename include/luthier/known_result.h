// Results that an experiment begins with: of the same task, or of tasks like it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "luthier/trial.h"
#include "luthier/value.h"

namespace luthier {

// What a configuration gave before this experiment, and never runs in it. The searcher learns from
// it first; it is trial 0, 1, ... of the experiment, proposed by "known", with no attempt.
struct KnownResult {
  Config config;                        // whole: every active parameter that is searched
  Metrics metrics;                      // every objective, finite
  std::int64_t training_iteration = 1;  // how long it was trained
  friend bool operator==(const KnownResult&, const KnownResult&) = default;
};

// Results of a task that resembles this one: other data, or another space. A searcher that knows
// priors looks where the best of them are; the less, the worse its own trials there did. Losses of
// different tasks are never compared: of these only the order counts.
struct RelatedTask {
  std::string name;
  // Best first. A configuration may lack parameters of this experiment, have others, and have
  // values that its space does not have.
  std::vector<KnownResult> results;
  friend bool operator==(const RelatedTask&, const RelatedTask&) = default;
};

}  // namespace luthier

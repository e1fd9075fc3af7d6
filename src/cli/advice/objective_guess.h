// What could be the objective of a program, as the names it prints tell: words for quality first,
// those of validation data before others; counters, times, sizes and settings last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executors/results/hearing.h"

namespace luthier::cli {

// The likeliest objective first.
enum class MetricKind : std::uint8_t {
  validation,   // quality on data that was not trained on: val_loss, test/acc
  quality,      // loss, f1, score
  another,      // best_loss, target_score: quality of another moment
  training,     // train_loss
  performance,  // time, latency, throughput
  unknown,
  bookkeeping,  // epoch, batch_size, lr, warning
  none,         // no name of a metric: an option, a part of a path, a message about arguments
};

// By the name alone: never `none`.
MetricKind metric_kind(std::string_view name);
// Whether more of a metric of that name is better, as its name tells ("accuracy", "val_loss").
// Nothing: it does not tell.
std::optional<bool> more_is_better(std::string_view metric);

// What may be the objective of a program with these parameters, the likeliest first. What takes
// time is left out where something has quality, bookkeeping where there is anything else.
std::vector<Diagnosis::Seen> likely_objectives(const std::vector<Diagnosis::Seen>& seen,
                                               const Config& config);

}  // namespace luthier::cli

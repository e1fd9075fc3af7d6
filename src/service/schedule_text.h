// The schedule that led to a trial, as files.
#pragma once

#include <span>
#include <string>

#include "tuner/stored/lineage.h"

namespace luthier {

// The `policy` file that scheduler pbt_replay reads: {"iteration": 20, "config": {...}} on each
// line.
std::string schedule_policy(std::span<const ScheduleStep> steps);

// A row for each step: iteration, and a column for each parameter, empty where it is inactive.
std::string schedule_csv(std::span<const ScheduleStep> steps);

}  // namespace luthier

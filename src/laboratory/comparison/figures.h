// Numbers as a report prints them.
#pragma once

#include <string>

#include "laboratory/comparison/comparison.h"

namespace luthier {

std::string figure(double number);         // four significant digits; "-" when not finite
std::string time_figure(double seconds);   // "0.0421s", "12.5s", "2h 03m"
std::string p_figure(double p);            // "0.0312", "<0.0001"
std::string interval(double a, double b);  // "0.12 to 0.34"
// "a is better", "no difference shown", or "not tested" without pairs.
std::string verdict(const ComparisonReport& comparison, const PairSummary& pair);
// "0.75 times" or "-0.25": the first against the second; "-" without one.
std::string effect_figure(const ComparisonReport& comparison, const PairSummary& pair);
std::string_view centre_name(const ComparisonReport& comparison);  // "median" or "mean"
std::string task_name(const TaskSummary& task);                    // "all" when it has no tag

}  // namespace luthier

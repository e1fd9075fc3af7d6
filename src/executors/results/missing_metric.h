// What to tell a person whose metric was not found in the output of a program, or came too late.
// Advice is tried before it is given: on the program's own line where it is about that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "executors/results/hearing.h"

namespace luthier {

// The attempt ended well and gave none of the objectives.
std::string missing_metric(const HearingOptions& wanted, const Diagnosis& diagnosis);
// Likewise, of a function, which can only report them.
std::string missing_report(const HearingOptions& wanted);
// Likewise, as there was no file to read. `why`: no_metric_file().
std::string missing_file(const HearingOptions& wanted,
                         const std::vector<std::string>& globs,
                         const std::string& why);
// It is still running.
std::string nothing_heard(const HearingOptions& wanted, const Diagnosis& diagnosis);
// Its nearest line is a result as it stands: it was only held back so far.
bool has_a_result(const HearingOptions& wanted, const Diagnosis& diagnosis);
// All its results came as it ended.
std::string late_output(std::int64_t results);

// A line that a program can print and that is heard as `name`: "loss=0.5" or JSON.
std::string line_heard_as(const HearingOptions& wanted, const std::string& name);

}  // namespace luthier

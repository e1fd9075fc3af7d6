// What a report keeps of an experiment: answers of the API (docs/openapi.yaml), within a number of
// bytes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "luthier/error.h"

namespace luthier {

// {"id", "left_out", "answers"} on one line, about `bytes` at most. `id` is what the report calls
// the experiment in `directory`; left_out has a sentence for each view that does not have all.
// web/report_data.js reads it. Errors are those of read_overview.
Result<std::string> kept_experiment(const std::filesystem::path& directory,
                                    const std::string& id,
                                    std::size_t bytes);

}  // namespace luthier

// A table of learning curves as a benchmark: a proposed configuration trains as the nearest
// configuration of the table did.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "laboratory/simulation/benchmarks/table_index.h"
#include "luthier/benchmark.h"

namespace luthier {

// Opens <stem>.bin and <stem>_parameters.csv beside the index, which has been read. Everything is
// checked but the metrics' values, of which the task's times are.
Result<std::shared_ptr<const Benchmark>> open_table(TableIndex index,
                                                    const std::filesystem::path& index_path,
                                                    std::string_view task);

}  // namespace luthier

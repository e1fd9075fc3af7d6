// Reading <stem>_parameters.csv: the configurations of a table.
#pragma once

#include <filesystem>

#include "laboratory/simulation/benchmarks/nearest_row.h"
#include "laboratory/simulation/benchmarks/table_index.h"
#include "luthier/error.h"

namespace luthier {

// The header names the index's parameters in any order; one line for each configuration follows.
// Cells may be quoted as in RFC 4180, but none holds a line's end.
Result<NearestRow> read_table_rows(const TableIndex& index, const std::filesystem::path& path);

}  // namespace luthier

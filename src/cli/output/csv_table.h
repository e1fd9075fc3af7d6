// A CSV file (RFC 4180) with a heading, such as `export --format csv` writes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "luthier/error.h"

namespace luthier::cli {

struct CsvTable {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;  // each as long as `names`
  std::vector<std::size_t> lines;              // where each row begins: 2, 3, ...
};
// The error names the file and the line.
Result<CsvTable> read_csv(const std::string& path, std::string_view text);

}  // namespace luthier::cli

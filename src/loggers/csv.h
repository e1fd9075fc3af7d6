// Format "csv": progress.csv, one row a result, RFC 4180. A metric that appears for the first time
// later adds a column at the right end: the file is then rewritten with the wider header, rows
// before it have an empty cell there. `nan`, `inf` and `-inf` are written as such.
#pragma once

#include <memory>

#include "loggers/trial_files.h"

namespace luthier {

std::unique_ptr<FileFormat> csv_format();

}  // namespace luthier

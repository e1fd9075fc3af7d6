// The files that an experiment's trials are made of and that its log does not hold: the words of
// its command that are files, the table of a simulated one. A bundle names them with their SHA-256,
// so that a rerun can say which one is not what it was.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "luthier/error.h"
#include "luthier/experiment_spec.h"

namespace luthier {

struct NeededFile {
  std::string path;    // as the experiment says it
  std::string sha256;  // of its content
  friend bool operator==(const NeededFile&, const NeededFile&) = default;
};

// Those that are there now, relative to the working directory. Directories, and what is found
// through PATH, are not looked into. Errors: io.
Result<std::vector<NeededFile>> needed_files(const ExperimentSpec& spec);

// The table of a simulated experiment as its spec names it; nothing for built-in benchmarks and
// other executors.
std::optional<std::string> benchmark_of(const ExperimentSpec& spec);
// Where the table is on this machine.
void set_benchmark(ExperimentSpec& spec, const std::string& benchmark);

}  // namespace luthier

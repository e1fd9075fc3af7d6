// ResultFiles: results that a program writes to a file of its trial directory: metrics.json,
// metrics.jsonl, metrics.csv, results.json, results.jsonl or results.csv. A .json file holds one
// object, a list of objects, or one object a line, and is read when the program has ended; the
// others are read as they grow. What was there before the attempt began does not count. A link or a
// pipe under such a name is no such file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/contained_files.h"
#include "luthier/value.h"

namespace luthier {

class ResultFiles {
 public:
  explicit ResultFiles(const std::filesystem::path& directory);

  // The results that came since the last call. `ended`: the program has; take whatever is there.
  std::vector<Metrics> read(bool ended);

 private:
  enum class Format : std::uint8_t { json, lines, csv };
  struct File {
    std::string name;
    Format format;
    std::int64_t offset = 0;           // bytes taken
    std::int64_t time = 0;             // of a .json file when the attempt began
    std::vector<std::string> columns;  // of a .csv file
  };

  void read_file(File& file, bool ended, std::vector<Metrics>& out) const;
  static void take_line(File& file, const std::string& line, std::vector<Metrics>& out);

  ContainedFiles directory_;
  std::vector<File> files_;
};

}  // namespace luthier

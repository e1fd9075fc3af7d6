// ResultFiles: results that a program writes to a file of its trial directory: metrics.json,
// metrics.jsonl, metrics.csv, results.json, results.jsonl or results.csv. A .json file holds one
// object, a list of objects, or one object a line, and is read when the program has ended; the
// others are read as they grow. What was there before the attempt began does not count.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

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
    std::filesystem::path path;
    Format format;
    std::uintmax_t offset = 0;             // bytes taken
    std::filesystem::file_time_type time;  // of a .json file when the attempt began
    std::vector<std::string> columns;      // of a .csv file
  };

  static void read_file(File& file, bool ended, std::vector<Metrics>& out);
  static void take_line(File& file, const std::string& line, std::vector<Metrics>& out);

  std::vector<File> files_;
};

}  // namespace luthier

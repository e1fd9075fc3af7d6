// ResultFiles: the records that a program writes to files of its trial's directory. Those that grow
// are read as they do; a .json file when the program has ended. What was there before the attempt
// began does not count, and no record counts twice, also where a file is written anew with all that
// it held before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/contained_files.h"
#include "executors/results/files/growing_file.h"
#include "executors/results/files/record_formats.h"
#include "luthier/value.h"

namespace luthier {

struct ResultFilesOptions {
  // Empty: metrics and results, each with .json, .jsonl, .csv or .tsv.
  std::vector<std::string> globs = {};
  // The attempt goes on from a checkpoint: a file that it writes anew holds again what earlier
  // attempts wrote. Otherwise it writes everything for the first time.
  bool goes_on = false;
};

class ResultFiles {
 public:
  // An empty `directory` has no results.
  ResultFiles(const std::filesystem::path& directory, ResultFilesOptions options);

  // The records that came since the last call. `ended`: the program has; take whatever is there.
  std::vector<Metrics> read(bool ended);

 private:
  struct File {
    GrowingFile bytes;
    std::unique_ptr<RecordFormat> format;  // null: a JSON document
    std::vector<std::size_t> taken;        // a hash of each record, in order
    std::size_t place = 0;                 // in `taken`: what comes again is skipped
    bool begun = false;                    // some of its bytes came
    std::size_t earlier = 0;               // of `taken`: from before the attempt
  };

  void look();
  void read_file(const std::string& name, File& file, bool ended, std::vector<Metrics>& out);
  void read_document(File& file, bool ended, std::vector<Metrics>& out);
  static void take(File& file, std::vector<Metrics>& records, std::vector<Metrics>& out);

  const bool any_;
  const ContainedFiles directory_;
  const ResultFilesOptions options_;
  std::map<std::string, File> files_;
};

}  // namespace luthier

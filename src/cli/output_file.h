// OutputFile: where exported text goes. A file is complete under its name or not there.
#pragma once

#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "luthier/error.h"

namespace luthier::cli {

class OutputFile {
 public:
  // Without a path: standard output.
  explicit OutputFile(std::optional<std::string> path) : path_(std::move(path)) {}
  ~OutputFile() { discard(); }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  Result<> open();  // already_exists, io
  bool write(std::string_view text);
  Result<> close();

 private:
  Error trouble();
  void discard();

  const std::optional<std::string> path_;
  std::string temporary_;  // "": none to remove
  std::ofstream file_;
  bool ok_ = true;
};

// A file that was not there before, with `content`; or an error, and it is not there.
Result<> write_new_file(const std::string& path, std::string_view content);

}  // namespace luthier::cli

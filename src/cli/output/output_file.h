// OutputFile: where exported text goes. A file is complete under its name or not there.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/new_file.h"
#include "luthier/error.h"

namespace luthier::cli {

class OutputFile {
 public:
  // Without a path: standard output. `replace`: the file may take the place of another.
  explicit OutputFile(std::optional<std::string> path, bool replace = false)
      : path_(std::move(path)), replace_(replace) {}

  Result<> open();  // already_exists, io
  bool write(std::string_view text);
  Result<> close();

 private:
  Error trouble();

  const std::optional<std::string> path_;
  const bool replace_;
  NewFile file_;
  bool ok_ = true;
};

// A file that was not there before, with `content`; or an error, and it is not there.
Result<> write_new_file(const std::string& path, std::string_view content);

// What `make` gives, as the file `path` ("-": on standard output), over another file if `force`.
// The path; empty for standard output. Without the file, nothing is made.
Result<std::string> write_made(const std::string& path,
                               bool force,
                               const std::function<Result<std::string>()>& make);
// Prints what write_made returned; the exit code.
int finish_made(const Result<std::string>& path);

}  // namespace luthier::cli

// GrowingFile: the bytes that come to a file while somebody writes it, be it at its end or all
// anew. A pipe of that name, or a link, is as good as no file.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "base/contained_files.h"

namespace luthier {

class GrowingFile {
 public:
  GrowingFile(ContainedFiles files, std::filesystem::path name)
      : files_(std::move(files)), name_(std::move(name)) {}

  struct Part {
    std::string bytes;
    bool anew = false;  // they begin where the file begins: it was written anew
  };
  // What came since the last call; up to some megabytes at a time.
  Part read();
  // Everything, if the file has changed since the last call of either; empty otherwise.
  std::string read_whole();

 private:
  FileDescriptor open(struct stat& status) const;
  bool changed(const struct stat& status) const;
  bool is_another(int fd, const struct stat& status) const;

  ContainedFiles files_;
  std::filesystem::path name_;
  std::int64_t offset_ = 0;  // bytes read
  std::string head_;         // of what was read: its first and its last bytes
  std::string tail_;
  struct stat seen_{};
};

}  // namespace luthier

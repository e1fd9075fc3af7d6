// Scratch directories of tests, and everything in a directory as one value to compare.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace luthier::test {

// A fresh directory, removed with all it holds at the end of the scope.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string read_bytes(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, std::string_view bytes);
// Relative path -> content of every regular file; top-level hidden folders are left out.
std::map<std::string, std::string> content_of(const std::filesystem::path& directory);

}  // namespace luthier::test

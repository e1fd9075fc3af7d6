// A directory of its own for a test, gone with the test.
#pragma once

#include <filesystem>

namespace luthier {

class TemporaryDirectory {
 public:
  enum class Place {
    anywhere,
    memory,  // for thousands of small files, where there is such a place; programs may not run
             // there
  };
  explicit TemporaryDirectory(Place place = Place::anywhere);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace luthier

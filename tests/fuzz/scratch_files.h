// Files for targets whose readers take a path: in memory where the machine has such a place,
// written anew for each input.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/check.h"
#include "support/temporary_directory.h"

namespace luthier {

inline const std::filesystem::path& scratch_directory() {
  static const TemporaryDirectory directory(TemporaryDirectory::Place::memory);
  return directory.path();
}

inline std::filesystem::path write_scratch(const std::filesystem::path& name,
                                           std::string_view bytes) {
  const auto path = scratch_directory() / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  LUTHIER_CHECK(file.flush(), path.c_str());
  return path;
}

}  // namespace luthier

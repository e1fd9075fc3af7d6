// manifest.json: what a checkpoint directory holds, so that a half copy or a flipped bit is noticed
// before anything is restored from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "luthier/error.h"

namespace luthier {

struct ManifestEntry {
  std::string name;  // relative to the directory, "/" between parts; any bytes
  std::int64_t bytes = 0;
  std::string sha256;  // 64 hexadecimal digits
  friend bool operator==(const ManifestEntry&, const ManifestEntry&) = default;
};

inline constexpr const char* kManifestName = "manifest.json";

// Every regular file below `directory` but the manifest, sorted by name. Symbolic links and special
// files are an error: what they stand for is not part of the checkpoint. `visited` is told each
// file and each directory (after what is in it).
Result<std::vector<ManifestEntry>> describe_files(
    const std::filesystem::path& directory,
    const std::function<Result<>(const std::filesystem::path&)>& visited = {});

Result<> write_manifest(const std::filesystem::path& directory,
                        const std::vector<ManifestEntry>& entries);
Result<std::vector<ManifestEntry>> read_manifest(const std::filesystem::path& directory);

}  // namespace luthier

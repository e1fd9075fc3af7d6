// manifest.json: what a checkpoint directory holds, so that a half copy or a flipped bit is noticed
// before anything is restored from it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/contained_files.h"
#include "luthier/error.h"

namespace luthier {

struct ManifestEntry {
  std::string name;  // relative to the directory, "/" between parts; any bytes
  std::int64_t bytes = 0;
  std::string sha256;  // 64 hexadecimal digits
  friend bool operator==(const ManifestEntry&, const ManifestEntry&) = default;
};

inline constexpr const char* kManifestName = "manifest.json";

// Every regular file of a checkpoint but the manifest, sorted by name. Symbolic links and special
// files are an error: what they stand for is not part of the checkpoint. `sync`: makes each file
// and each directory durable. `given_up`: may become true in another thread; it ends soon then,
// with `unavailable`.
Result<std::vector<ManifestEntry>> describe_files(const ContainedFiles& checkpoint,
                                                  bool sync = false,
                                                  const std::atomic<bool>* given_up = nullptr);

Result<> write_manifest(const ContainedFiles& checkpoint,
                        const std::vector<ManifestEntry>& entries);
Result<std::vector<ManifestEntry>> read_manifest(const ContainedFiles& checkpoint);

}  // namespace luthier

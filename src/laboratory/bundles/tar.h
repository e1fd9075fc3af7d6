// The one kind of tar archive that bundles are (POSIX.1-1988 ustar): regular files with plain
// names, no owner, no time. The reader never makes a file: it hands over what is in those it was
// told to expect, and takes anything else for an attack.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "laboratory/bundles/gzip.h"

namespace luthier {

class TarWriter {
 public:
  explicit TarWriter(GzipWriter& out) : out_(out) {}
  // Then exactly `bytes` are added.
  Result<> begin(std::string_view name, std::int64_t bytes);
  Result<> add(std::string_view content);
  Result<> end_file();
  Result<> end_archive();

 private:
  GzipWriter& out_;
  std::int64_t written_ = 0;
  std::int64_t promised_ = 0;
};

// A file that an archive may hold, once.
struct ExpectedFile {
  std::string_view name;
  std::int64_t most_bytes = 0;
};

// Called with each piece of a file, in order.
using ReceivePiece = std::function<void(std::string_view name, std::string_view piece)>;

// `what`: the archive, in messages. Every expected file must be there.
Result<> read_tar(GzipReader& in,
                  const std::string& what,
                  std::span<const ExpectedFile> expected,
                  const ReceivePiece& receive);

}  // namespace luthier

// A gzip stream in and out of a file, through zlib. Written the same bytes for the same content: no
// name, no time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/new_file.h"
#include "luthier/error.h"

namespace luthier {

class GzipWriter {
 public:
  GzipWriter();
  ~GzipWriter();
  GzipWriter(const GzipWriter&) = delete;
  GzipWriter& operator=(const GzipWriter&) = delete;

  Result<> open(
      const std::filesystem::path& path);  // a new file, there after close(); already_exists
  Result<> write(std::string_view bytes);
  Result<> close();

 private:
  Result<> deflate_all(std::string_view bytes, bool last);

  struct Stream;
  std::unique_ptr<Stream> stream_;
  std::filesystem::path path_;
  NewFile file_;
};

// Gives up on what swells beyond reason: honest logs shrink to a tenth or so, a bomb to a
// thousandth.
class GzipReader {
 public:
  static constexpr std::int64_t kMostSwelling = 200;  // bytes for each byte of the file
  static constexpr std::int64_t kFreeBytes = 16 << 20;

  GzipReader();
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  Result<> open(const std::filesystem::path& path);  // not_found, io
  // Fills all of `into`. Errors: corruption (no gzip, a broken sum, or it ends too early),
  // invalid_argument (a bomb), io.
  Result<> read(std::span<char> into);
  // Whether all of it was read and nothing follows.
  Result<bool> at_end();

 private:
  Result<std::size_t> read_some(std::span<char> into);

  struct Stream;
  std::unique_ptr<Stream> stream_;
  std::filesystem::path path_;
  std::ifstream file_;
  std::string block_;
  std::int64_t read_bytes_ = 0;
  std::int64_t swollen_bytes_ = 0;
  bool ended_ = false;
};

}  // namespace luthier

#include "laboratory/bundles/gzip.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <zlib.h>

#include "base/failure.h"
#include "base/format.h"
#include "base/try.h"

namespace luthier {
namespace {

constexpr std::size_t kBlock = 1 << 16;
constexpr int kGzip = 15 + 16;  // largest window, gzip's header

Error system_error(const char* what, const std::filesystem::path& path) {
  return {errno == EEXIST ? ErrorCode::already_exists : ErrorCode::io,
          formatted("can't {} {}: {}", what, path.string(), std::strerror(errno))};
}

Bytef* bytes_of(const char* text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text));
}

}  // namespace

struct GzipWriter::Stream {
  z_stream z{};
  Stream() { deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY); }
  ~Stream() { deflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
};

GzipWriter::GzipWriter() = default;
GzipWriter::~GzipWriter() = default;

Result<> GzipWriter::open(const std::filesystem::path& path) {
  path_ = path;
  stream_ = std::make_unique<Stream>();
  return file_.open(path) ? Result<>() : Result<>(system_error("write", path));
}

Result<> GzipWriter::write(std::string_view bytes) {
  return deflate_all(bytes, false);
}

Result<> GzipWriter::close() {
  LUTHIER_TRY(deflate_all({}, true));
  return file_.close() ? Result<>() : Result<>(system_error("write", path_));
}

Result<> GzipWriter::deflate_all(std::string_view bytes, bool last) {
  std::string out(kBlock, '\0');
  z_stream& z = stream_->z;
  z.next_in = bytes_of(bytes.data());
  z.avail_in = static_cast<uInt>(bytes.size());
  bool written = true;
  do {
    z.next_out = bytes_of(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    deflate(&z, last ? Z_FINISH : Z_NO_FLUSH);
    written = file_.write(std::string_view(out).substr(0, out.size() - z.avail_out));
  } while (z.avail_out == 0 && written);
  return written ? Result<>() : Result<>(system_error("write", path_));
}

struct GzipReader::Stream {
  z_stream z{};
  Stream() { inflateInit2(&z, kGzip); }
  ~Stream() { inflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
};

GzipReader::GzipReader() = default;
GzipReader::~GzipReader() = default;

Result<> GzipReader::open(const std::filesystem::path& path) {
  path_ = path;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return failure(ErrorCode::not_found, "there is no file {}; check its path", path.string());
  }
  stream_ = std::make_unique<Stream>();
  file_.open(path, std::ios::binary);
  return file_ ? Result<>() : Result<>(system_error("read", path));
}

Result<> GzipReader::read(std::span<char> into) {
  while (!into.empty()) {
    LUTHIER_TAKE(const auto count, read_some(into));
    if (count == 0) {
      return Error{ErrorCode::corruption,
                   path_.string() + " ends too early; copy or make it again"};
    }
    into = into.subspan(count);
  }
  return {};
}

Result<bool> GzipReader::at_end() {
  std::string more(1, '\0');
  LUTHIER_TAKE(const auto count, read_some(more));
  // Else gzip's own sum is missing, or something follows it.
  return count == 0 && ended_ && stream_->z.avail_in == 0 &&
         file_.peek() == std::ifstream::traits_type::eof();
}

// 0: the end.
Result<std::size_t> GzipReader::read_some(std::span<char> into) {
  z_stream& z = stream_->z;
  z.next_out = bytes_of(into.data());
  z.avail_out = static_cast<uInt>(std::min<std::size_t>(into.size(), 1U << 30));
  const uInt asked = z.avail_out;
  while (!ended_ && z.avail_out == asked) {
    if (z.avail_in == 0) {
      block_.resize(kBlock);
      file_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
      if (file_.bad()) {
        return system_error("read", path_);
      }
      z.next_in = bytes_of(block_.data());
      z.avail_in = static_cast<uInt>(file_.gcount());
      read_bytes_ += file_.gcount();
      if (z.avail_in == 0) {
        return std::size_t{0};
      }
    }
    const int status = inflate(&z, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      return Error{ErrorCode::corruption,
                   path_.string() + " is not a complete gzip file; copy or make it again"};
    }
    ended_ = status == Z_STREAM_END;
  }
  swollen_bytes_ += asked - z.avail_out;
  if (swollen_bytes_ > kFreeBytes + (kMostSwelling * read_bytes_)) {
    return failure(ErrorCode::invalid_argument,
                   "{} swells to more than {} times its size, as no bundle does; it is not read",
                   path_.string(),
                   kMostSwelling);
  }
  return static_cast<std::size_t>(asked - z.avail_out);
}

}  // namespace luthier

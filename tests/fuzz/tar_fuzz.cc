// The archive in a bundle. The sums of its headers are made right, so that what lies behind them is
// reached; what is handed over is what was expected, each file once and within its size.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include <zlib.h>

#include "input.h"
#include "laboratory/bundles/tar.h"
#include "scratch_files.h"

namespace luthier {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kSum = 148;
constexpr std::size_t kSumBytes = 8;
constexpr std::array kExpected = {ExpectedFile{"README.txt", 1000},
                                  ExpectedFile{"spec.json", 3000}};

void set_sum(std::string& archive, std::size_t header) {
  archive.replace(header + kSum, kSumBytes, kSumBytes, ' ');
  unsigned sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    sum += static_cast<unsigned char>(archive[header + i]);
  }
  archive[header + kSum + 6] = '\0';
  for (std::size_t digit = 6; digit-- > 0; sum /= 8) {
    archive[header + kSum + digit] = static_cast<char>('0' + (sum % 8));
  }
}

// Wherever a header may stand.
std::string with_sums(std::string archive) {
  for (std::size_t at = 0; at + kBlock <= archive.size(); at += kBlock) {
    if (archive.compare(at + 257, 5, "ustar") == 0) {
      set_sum(archive, at);
    }
  }
  return archive;
}

std::string compressed(const std::string& bytes) {
  z_stream stream{};
  LUTHIER_CHECK(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK,
                "zlib begins");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  LUTHIER_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib ends");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace
}  // namespace luthier

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  const std::string archive = with_sums(std::string(Input(data, size).rest()));
  GzipReader gzip;
  LUTHIER_CHECK(gzip.open(write_scratch("x.tar.gz", compressed(archive))).ok(), "it is there");
  std::map<std::string_view, std::int64_t> received;
  const auto read =
      read_tar(gzip, "x", kExpected, [&](std::string_view name, std::string_view piece) {
        received[name] += static_cast<std::int64_t>(piece.size());
      });
  static_cast<void>(read);
  for (const auto& [name, bytes] : received) {
    const auto expected = std::ranges::find(kExpected, name, &ExpectedFile::name);
    LUTHIER_CHECK(expected != kExpected.end() && bytes <= expected->most_bytes, "an unasked file");
  }
  return 0;
}

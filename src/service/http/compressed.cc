#include "service/http/compressed.h"

#include <algorithm>

#include <zlib.h>

#include "base/check.h"
#include "base/text.h"

namespace luthier {
namespace {

constexpr int kGzip = 15 + 16;  // largest window, gzip's header

Bytef* bytes_of(const char* text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text));
}

// "gzip;q=0" refuses it.
bool allows_gzip(const std::string& coding) {
  const auto parts = split(coding, ';');
  const auto quality = parts.size() > 1 ? std::string(trim(parts[1])) : "q=1";
  const bool refused = quality.starts_with("q=") && parse_number(quality.substr(2)) == 0.0;
  return trim(parts[0]) == "gzip" && !refused;
}

}  // namespace

std::string gzipped(std::string_view bytes) {
  z_stream z{};
  const int begun =
      deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY);
  LUTHIER_CHECK(begun == Z_OK, "zlib can't begin to compress");
  std::string out(deflateBound(&z, bytes.size()), '\0');
  z.next_in = bytes_of(bytes.data());
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = bytes_of(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int ended = deflate(&z, Z_FINISH);
  LUTHIER_CHECK(ended == Z_STREAM_END, "what deflateBound() gives is enough");
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

bool takes_gzip(const HttpRequest& request) {
  const std::string* accepted = request.header("accept-encoding");
  return accepted != nullptr && std::ranges::any_of(split(*accepted, ','), allows_gzip);
}

}  // namespace luthier

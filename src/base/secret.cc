#include "base/secret.h"

#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/failure.h"
#include "base/format.h"

namespace luthier {

Result<std::string> random_secret(std::size_t bytes) {
  std::vector<unsigned char> drawn(bytes);
  if (::getrandom(drawn.data(), drawn.size(), 0) != static_cast<ssize_t>(bytes)) {
    return failure(ErrorCode::io, "no random numbers to make a token of: {}", std::strerror(errno));
  }
  std::string out;
  for (const unsigned char byte : drawn) {
    out += formatted("{:02x}", byte);
  }
  return out;
}

bool same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size() || b.empty()) {
    return false;
  }
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace luthier

// Base64 (RFC 4648) of bytes, with its padding.
#pragma once

#include <string>
#include <string_view>

namespace luthier {

std::string base64(std::string_view bytes);

}  // namespace luthier

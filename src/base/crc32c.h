// CRC-32C (Castagnoli polynomial, RFC 3720 appendix B.4): the checksum of record-framed files.
#pragma once

#include <cstdint>
#include <string_view>

namespace luthier {

// The checksum of the bytes that gave `seed` followed by `bytes`; seed 0 begins. crc32c(0,
// "123456789") is 0xE3069283. Any thread.
std::uint32_t crc32c(std::uint32_t seed, std::string_view bytes);

}  // namespace luthier

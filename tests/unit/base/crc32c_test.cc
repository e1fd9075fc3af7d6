#include "base/crc32c.h"

#include <string>

#include <gtest/gtest.h>

namespace luthier {
namespace {

// The definition, bit by bit.
std::uint32_t slow_crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
    }
  }
  return ~crc;
}

TEST(Crc32c, GivesThePublishedValues) {  // RFC 3720, B.4
  EXPECT_EQ(crc32c(0, ""), 0U);
  EXPECT_EQ(crc32c(0, "123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(0, std::string(32, '\xFF')), 0x62A8AB43U);
}

TEST(Crc32c, AgreesWithTheDefinitionAtEveryLengthAndSplit) {
  std::string bytes;
  for (int length = 0; length < 40; ++length) {
    EXPECT_EQ(crc32c(0, bytes), slow_crc32c(bytes)) << length;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
      const std::string_view all = bytes;
      EXPECT_EQ(crc32c(crc32c(0, all.substr(0, cut)), all.substr(cut)), crc32c(0, all));
    }
    bytes += static_cast<char>(length * 37 + 200);
  }
}

}  // namespace
}  // namespace luthier

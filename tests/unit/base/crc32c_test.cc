#include "base/crc32c.h"

#include <string>

#include <gtest/gtest.h>

#include "luthier/rng.h"

namespace luthier {
namespace {

TEST(Crc32c, GivesThePublishedSums) {
  // RFC 3720, appendix B.4.
  for (const auto crc : {crc32c, crc32c_by_table}) {
    EXPECT_EQ(crc(0, "123456789"), 0xE3069283U);
    EXPECT_EQ(crc(0, std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(crc(0, std::string(32, '\xFF')), 0x62A8AB43U);
    EXPECT_EQ(crc(0, ""), 0U);
  }
}

TEST(Crc32c, BothWaysAgreeAndGoOn) {
  Rng rng(1, "crc");
  for (std::size_t length = 0; length < 200; ++length) {
    std::string bytes(length, '\0');
    for (auto& c : bytes) {
      c = static_cast<char>(rng.bits());
    }
    const std::string_view all(bytes);
    const auto middle = static_cast<std::size_t>(rng.below(length + 1));
    const auto whole = crc32c(0, all);
    EXPECT_EQ(whole, crc32c_by_table(0, all));
    EXPECT_EQ(whole, crc32c(crc32c(0, all.substr(0, middle)), all.substr(middle)));
  }
}

}  // namespace
}  // namespace luthier

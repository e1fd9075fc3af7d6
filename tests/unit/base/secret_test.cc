#include "base/secret.h"

#include <gtest/gtest.h>

namespace luthier {
namespace {

TEST(Secret, IsRandomHexadecimalDigits) {
  const auto first = random_secret(20);
  const auto second = random_secret(20);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->size(), 40u);
  EXPECT_EQ(first->find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(*first, *second);
}

TEST(Secret, EqualsItselfOnly) {
  EXPECT_TRUE(same_secret("abcdef", "abcdef"));
  for (const std::string other : {"", "abcde", "abcdefg", "Abcdef", "abcdeF", "abcdee"}) {
    EXPECT_FALSE(same_secret("abcdef", other)) << other;
    EXPECT_FALSE(same_secret(other, "abcdef")) << other;
  }
  EXPECT_FALSE(same_secret("", ""));
}

}  // namespace
}  // namespace luthier

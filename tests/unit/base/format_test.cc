#include "base/format.h"

#include <clocale>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace luthier {
namespace {

TEST(Format, PutsValuesOfEveryKindWhereThePatternSays) {
  const std::string owned = "asha";
  const std::string_view view = "tpe";
  const char* literal = "sgd";
  EXPECT_EQ(formatted("{}, {} and {}", owned, view, literal), "asha, tpe and sgd");
  EXPECT_EQ(formatted("{} {} {}",
                      std::numeric_limits<std::int64_t>::min(),
                      std::numeric_limits<std::uint64_t>::max(),
                      'x'),
            "-9223372036854775808 18446744073709551615 x");
  EXPECT_EQ(formatted("{1}{0}{1}", "a", "b"), "bab");
}

TEST(Format, KeepsBytesAsTheyAre) {
  const std::string bytes("a\0{}\xff", 5);
  EXPECT_EQ(formatted("<{}>", bytes), "<" + bytes + ">");
  EXPECT_EQ(formatted("{{{}}}", 1), "{1}");
  EXPECT_EQ(formatted("nothing to fill in"), "nothing to fill in");
}

TEST(Format, WritesDigitsAlikeInEveryLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "de_DE.UTF-8");  // where it is installed
  EXPECT_EQ(formatted("{:.2f} {:.3g} {}", 1234.5, 0.00012345, 1234567), "1234.50 0.000123 1234567");
  std::setlocale(LC_ALL, before.c_str());
}

}  // namespace
}  // namespace luthier

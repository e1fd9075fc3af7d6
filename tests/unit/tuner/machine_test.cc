// What the log calls the person who runs or asks something.
#include "tuner/machine/machine.h"

#include <unistd.h>

#include <sstream>

#include <gtest/gtest.h>

namespace luthier {
namespace {

std::string name_of(const std::string& uid, const char* logname) {
  std::istringstream passwd(
      "root:x:0:0:root:/root:/bin/bash\n"
      "\n"
      "# a line that somebody wrote\n"
      "+::::::\n"
      ":x:77:77::/:\n"
      "odd\n"
      "x:1000\n"
      "ada:1001:1000:1001:1002,,,:/home/1003:/bin/sh\n"
      "second:x:1000:1::/:\n"
      "grace:x:1004:1:1005");
  return user_name(passwd, uid, logname);
}

TEST(UserName, IsTheFirstOfThatUserId) {
  EXPECT_EQ(name_of("0", "other"), "root");
  EXPECT_EQ(name_of("1000", "other"), "ada");
  EXPECT_EQ(name_of("1004", nullptr), "grace");
}

TEST(UserName, IsNotTakenFromAnotherField) {
  for (const char* uid : {"1001", "1002", "1003", "1005", "10", "100", "00", "77"}) {
    EXPECT_EQ(name_of(uid, nullptr), uid);
  }
}

TEST(UserName, IsLognameElseTheNumber) {
  EXPECT_EQ(name_of("31337", "network-account"), "network-account");
  EXPECT_EQ(name_of("31337", ""), "31337");
  EXPECT_EQ(name_of("31337", nullptr), "31337");
  std::istringstream unreadable;
  unreadable.setstate(std::ios::failbit);
  EXPECT_EQ(user_name(unreadable, "0", nullptr), "0");
}

TEST(Person, IsWhoeverRunsThisOnThisHost) {
  const std::string name = person();
  ASSERT_NE(name.find('@'), std::string::npos);
  EXPECT_GT(name.find('@'), 0U);
  EXPECT_TRUE(name.ends_with("@" + host_name()));
}

}  // namespace
}  // namespace luthier

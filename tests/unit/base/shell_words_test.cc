#include "base/shell_words.h"

#include <gtest/gtest.h>

namespace luthier {
namespace {

using Words = std::vector<std::string>;

Words words(std::string_view text) {
  const auto read = shell_words(text);
  EXPECT_TRUE(read.ok()) << text << ": " << (read ? "" : read.error().message);
  return read ? *read : Words();
}

TEST(ShellWords, ReadsWhatAShellReads) {
  EXPECT_EQ(words(""), Words());
  EXPECT_EQ(words("  a\tb\n c "), (Words{"a", "b", "c"}));
  EXPECT_EQ(words("sh -c 'echo \"$X\" | cat'"), (Words{"sh", "-c", "echo \"$X\" | cat"}));
  EXPECT_EQ(words("a'b c'd \"e f\"g"), (Words{"ab cd", "e fg"}));
  EXPECT_EQ(words("'' \"\""), (Words{"", ""}));
  EXPECT_EQ(words(R"(a\ b \$X "\$X \n \"")"), (Words{"a b", "$X", "$X \\n \""}));
  EXPECT_EQ(words("curl -d @- 'http://x/?a=1&b=2' #1 *"),
            (Words{"curl", "-d", "@-", "http://x/?a=1&b=2", "#1", "*"}));
}

TEST(ShellWords, RefusesWhatOnlyAShellObeys) {
  for (const char* text : {"a | b",
                           "a > b",
                           "a < b",
                           "a; b",
                           "a && b",
                           "(a)",
                           "a $X",
                           "a \"$X\"",
                           "a `b`",
                           "a \"`b`\"",
                           "curl http://x/?a=1&b=2"}) {
    const auto read = shell_words(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.find("sh -c"), std::string::npos) << read.error().message;
  }
}

TEST(ShellWords, RefusesAnOpenQuote) {
  for (const char* text : {"'a", "\"a", "a b'", "'a\"", "\"a\\\""}) {
    const auto read = shell_words(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.find("not closed"), std::string::npos);
  }
}

}  // namespace
}  // namespace luthier

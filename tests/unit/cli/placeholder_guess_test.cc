#include "cli/advice/placeholder_guess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace luthier::cli {
namespace {

using ::testing::ElementsAre;

PlaceholderGuess guess(const std::vector<std::string>& program) {
  const std::vector<std::string> parameters = {"lr"};
  return guess_placeholders(program, parameters);
}

TEST(PlaceholderGuess, EverySpellingOfAWholeParameter) {
  for (const std::string spelling :
       {"$lr", "${lr}", "$(lr)", "%lr%", "%(lr)s", "{{lr}}", "<lr>", "@lr@"}) {
    const auto found = guess({"train", "--lr=" + spelling});
    EXPECT_EQ(found.as_typed, spelling);
    EXPECT_THAT(found.program, ElementsAre("train", "--lr={lr}")) << spelling;
  }
}

TEST(PlaceholderGuess, AParameterThatReachesTheProgramIsNoGuess) {
  EXPECT_EQ(guess({"train", "--lr", "{lr}", "--note", "$lr"}).as_typed, "");
  EXPECT_EQ(guess({"train", "{args}", "{{lr}}"}).as_typed, "");
  EXPECT_EQ(guess({"train", "{params.file:json}", "<lr>"}).as_typed, "");
}

TEST(PlaceholderGuess, OtherNamesAreNoParameters) {
  for (const std::string word : {"$lrate", "$LR", "%lrs%", "{{rate}}", "<lr", "lr"}) {
    EXPECT_EQ(guess({"train", word}).as_typed, "") << word;
  }
}

TEST(PlaceholderGuess, AShellMaySetTheVariableItself) {
  EXPECT_EQ(guess({"sh", "-c", "echo loss=$lr"}).as_typed, "$lr");
  EXPECT_THAT(guess({"sh", "-c", "echo loss=${lr} $lr"}).program,
              ElementsAre("sh", "-c", "echo loss={lr} {lr}"));
  EXPECT_EQ(guess({"sh", "-c", "lr=$1; echo loss=$lr"}).as_typed, "");
  EXPECT_EQ(guess({"sh", "-c", "read lr; echo loss=$lr"}).as_typed, "");
}

}  // namespace
}  // namespace luthier::cli

#include "cli/output/help.h"

#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/source_directory.h"

namespace luthier::cli {
namespace {

TEST(Help, EveryCommandHasExamplesThatBeginWithItself) {
  for (const Command* command : commands()) {
    EXPECT_FALSE(command->examples.empty()) << command->name;
    for (const auto example : command->examples) {
      EXPECT_NE(example.find("luthier " + std::string(command->name)), std::string_view::npos)
          << example;
    }
    EXPECT_NE(command->run, nullptr);
  }
}

TEST(Help, NamesAreTakenOnce) {
  std::set<std::string_view> names;
  for (const Command* command : commands()) {
    EXPECT_TRUE(names.insert(command->name).second) << command->name;
    std::set<std::string> options = {"help", "h"};
    for (const Option& option : command->options) {
      EXPECT_TRUE(options.insert(std::string(option.name)).second) << option.name;
      EXPECT_TRUE(option.letter == 0 || options.insert(std::string(1, option.letter)).second)
          << option.name;
      EXPECT_FALSE(option.meaning.empty()) << option.name;
    }
  }
}

TEST(Help, NamesEveryOption) {
  for (const Command* command : commands()) {
    const std::string text = help(*command);
    for (const Option& option : command->options) {
      EXPECT_THAT(text, ::testing::HasSubstr("--" + std::string(option.name)));
    }
  }
}

// `luthier help --markdown` prints what has to stand there.
TEST(Help, TheDocumentSaysTheSame) {
  std::ifstream file(testing::source_directory() / "docs/cli.md");
  std::ostringstream document;
  document << file.rdbuf();
  EXPECT_THAT(document.str(), ::testing::HasSubstr(commands_markdown()));
}

}  // namespace
}  // namespace luthier::cli

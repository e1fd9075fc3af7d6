#include "executors/programs/warm/python_command.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace luthier {
namespace {

using Words = std::vector<std::string>;

std::optional<std::size_t> own_begin(const std::string& path, Words arguments) {
  const auto command = python_command(path, arguments);
  EXPECT_TRUE(!command || command->unfit.empty()) << command->unfit;
  return command ? std::optional(command->own_begin) : std::nullopt;
}

TEST(PythonCommand, ScriptsModulesAndCodeEndWhatAttemptsShare) {
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3", "a.py", "--lr", "1"}), 2);
  EXPECT_EQ(own_begin("/usr/bin/python", {"python", "a.py"}), 2);
  EXPECT_EQ(own_begin("/v/bin/python3.11", {"python3.11", "-u", "-O", "a.py", "-m"}), 4);
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3", "-m", "tool", "x"}), 3);
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3", "-mtool", "x"}), 2);
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3", "-uBm", "tool", "x"}), 3);
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3", "-c", "print(1)", "x"}), 3);
  EXPECT_EQ(
      own_begin("/usr/bin/python3", {"python3", "-W", "error", "-Xdev", "-X", "utf8", "a.py"}), 7);
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3", "--check-hash-based-pycs", "never", "a.py"}),
            4);
}

TEST(PythonCommand, EnvPassesThePythonItNames) {
  EXPECT_EQ(own_begin("/usr/bin/env", {"/usr/bin/env", "python3", "a.py", "x"}), 3);
  EXPECT_EQ(own_begin("/usr/bin/env", {"env", "-S", "python3", "-u", "a.py"}), 5);
  EXPECT_EQ(own_begin("/usr/bin/env", {"env", "A=1", "python3", "a.py"}), std::nullopt);
  EXPECT_EQ(own_begin("/usr/bin/env", {"env", "Rscript", "a.R"}), std::nullopt);
}

TEST(PythonCommand, NothingWithoutCodeOfItsOwn) {
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3"}), std::nullopt);
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3", "-"}), std::nullopt);
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3", "-c"}), std::nullopt);
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3", "-m"}), std::nullopt);
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3", "--version"}), std::nullopt);
  EXPECT_EQ(own_begin("/usr/bin/python3", {"python3", "-V", "a.py"}), std::nullopt);
  EXPECT_EQ(own_begin("/usr/bin/pythonista", {"pythonista", "a.py"}), std::nullopt);
  EXPECT_EQ(own_begin("/bin/sh", {"sh", "python3", "a.py"}), std::nullopt);
}

TEST(PythonCommand, OptionsThatLeaveTheEnvironmentUnreadAreNamed) {
  for (const char* option : {"-I", "-E", "-S", "-i", "-uE", "-sI"}) {
    const auto command = python_command("/usr/bin/python3", {"python3", option, "a.py"});
    ASSERT_TRUE(command) << option;
    EXPECT_EQ(command->unfit, std::string("has the option -") + std::string(option).back());
  }
}

class Shebang : public testing::Test {
 protected:
  std::optional<PythonCommand> read(const std::string& line) {
    const auto path = std::filesystem::path(testing::TempDir()) / "luthier-shebang";
    std::ofstream(path, std::ios::binary) << line;
    auto command = python_command(path.string(), {"tool", "--lr", "1"});
    std::filesystem::remove(path);
    return command;
  }
};

TEST_F(Shebang, NamesPythonByItselfOrThroughEnv) {
  for (const char* line : {"#!/usr/bin/python3\nprint()",
                           "#! /opt/venv/bin/python3.12 -u\n",
                           "#!/usr/bin/env python3\n",
                           "#!/usr/bin/env -S python3 -O\n",
                           "#!/usr/bin/python"}) {
    const auto command = read(line);
    ASSERT_TRUE(command) << line;
    EXPECT_EQ(command->own_begin, 1) << line;
    EXPECT_EQ(command->unfit, "") << line;
  }
  EXPECT_EQ(read("#!/usr/bin/python3 -I\n")->unfit, "has the option -I");
}

TEST_F(Shebang, OfAnythingElseIsNoPython) {
  for (const char* line : {"",
                           "#!",
                           "#!/bin/sh\n",
                           "python3\n",
                           "\x7f"
                           "ELF",
                           "#!/usr/bin/env\n",
                           "#!/usr/bin/env bash\n",
                           "#!/usr/bin/env A=1 python3\n"}) {
    EXPECT_FALSE(read(line)) << line;
  }
  EXPECT_FALSE(python_command("/no/such/file", {"file"}));
}

}  // namespace
}  // namespace luthier

#include "executors/programs/warm/python_hook.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace luthier {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::StartsWith;

Program program() {
  return {.directory = "/",
          .path = "/usr/bin/python3",
          .arguments = {"python3", "-u", "a script.py", "--lr", "1"},
          .environment = {
              "HOME=/h", "PYTHONPATH=/own:/more", "LUTHIER_SEED=1", "CUDA_VISIBLE_DEVICES=3"}};
}

TEST(PythonHook, StandsBeforeTheUsersOwnPath) {
  const auto hook = PythonHook::make();
  const auto record = ImportRecord::make();
  ASSERT_TRUE(hook && record);
  const Program recording = hook->recording(program(), 3, *record);
  EXPECT_EQ(recording.arguments, program().arguments);
  EXPECT_THAT(recording.environment,
              ElementsAre("HOME=/h",
                          "LUTHIER_SEED=1",
                          "CUDA_VISIBLE_DEVICES=3",
                          testing::MatchesRegex("PYTHONPATH=/proc/.*/fd/.*:/own:/more"),
                          testing::EndsWith(" a script.py")));
}

TEST(PythonHook, AZygoteHasWhatAttemptsShare) {
  const auto hook = PythonHook::make();
  const auto record = ImportRecord::make("? json\n");
  ASSERT_TRUE(hook && record);
  const Program zygote = hook->zygote(program(), 3, *record);
  EXPECT_THAT(zygote.arguments, ElementsAre("python3", "-u", "a script.py"));
  EXPECT_THAT(zygote.environment, Contains(StartsWith("LUTHIER_WARM_START=zygote /proc/")));
  EXPECT_THAT(zygote.environment, testing::Not(Contains(StartsWith("CUDA_VISIBLE_DEVICES="))));
  EXPECT_THAT(zygote.environment, testing::Not(Contains(StartsWith("LUTHIER_SEED="))));
}

TEST(PythonHook, AScriptWithItsOwnInterpreterGoesByItsPath) {
  const auto hook = PythonHook::make();
  const auto record = ImportRecord::make();
  ASSERT_TRUE(hook && record);
  Program tool = program();
  tool.path = "/bin/tool";
  tool.arguments = {"tool", "--lr", "1"};
  EXPECT_THAT(hook->zygote(tool, 1, *record).environment,
              Contains(testing::EndsWith(" /bin/tool")));
}

TEST(ImportRecord, ReadsWhatOthersAppendByItsPath) {
  const auto record = ImportRecord::make("? one\n");
  ASSERT_TRUE(record);
  const std::string more(10'000, 'x');
  std::ofstream(record->path(), std::ios::app) << more;
  EXPECT_EQ(record->text(), "? one\n" + more);
}

}  // namespace
}  // namespace luthier

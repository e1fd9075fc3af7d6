#include "executors/programs/command/file_template.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include <gtest/gtest.h>

#include "executors/programs/command/command_template.h"
#include "executors/programs/command/template_digests.h"
#include "support/temporary_directory.h"

namespace luthier {
namespace {

const std::vector<std::string> kParameters = {"lr", "name", "off", "learning_rate"};

class FileTemplateTest : public testing::Test {
 protected:
  Result<FileTemplate> read(const std::string& file, const std::string& text) {
    const auto path = directory_.path() / file;
    std::ofstream(path) << text;
    return FileTemplate::read(path.string(), kParameters, {});
  }
  std::string fill(const std::string& file, const std::string& text, const Config& config) {
    const CommandContext context{.trial = TrialId{7}, .directory = "/t/7", .config = &config};
    return read(file, text).value().fill(context, {}).value();
  }
  std::string problem(const std::string& text) {
    const auto made = read("a.yaml", text);
    return made ? "" : made.error().message;
  }

  TemporaryDirectory directory_;
};

TEST_F(FileTemplateTest, JsonQuotesWhatStandsAlone) {
  const Config config{{"lr", 1e-5}, {"name", "a\"b"}};
  EXPECT_EQ(
      fill(
          "a.json", R"({"a":{"lr":{lr}},"n":{name},"s":"x {name}","o":{off},"k":{"z":1}})", config),
      R"({"a":{"lr":1e-05},"n":"a\"b","s":"x a\"b","o":null,"k":{"z":1}})");
}

TEST_F(FileTemplateTest, YamlQuotesWhatNeedsIt) {
  const auto yaml = [&](const std::string& text, const Value& value) {
    return fill("a.yaml", text, {{"lr", 1e-5}, {"name", value}});
  };
  EXPECT_EQ(yaml("n: {name}\n", "plain/word"), "n: plain/word\n");
  EXPECT_EQ(yaml("n: {name} # it's\n", "yes"), "n: \"yes\" # it's\n");
  EXPECT_EQ(yaml("n: {name}", "a: b"), "n: \"a: b\"");
  EXPECT_EQ(yaml("- {name}\n- {lr}\n", "1"), "- \"1\"\n- 1.0e-05\n");
  EXPECT_EQ(yaml("n: {a: {name}, b: [{lr}]}\n", "x, y"), "n: {a: \"x, y\", b: [1.0e-05]}\n");
  EXPECT_EQ(yaml("n: 'it''s {name}'\nm: {name}\n", "o'k"), "n: 'it''s o''k'\nm: \"o'k\"\n");
  EXPECT_EQ(yaml("n: \"{name}\"\n", "a\\b"), "n: \"a\\\\b\"\n");
  EXPECT_EQ(yaml("n: out/{name}/x\n", "a b"), "n: out/a b/x\n");
  EXPECT_EQ(yaml("n: don't {name}\nm: {name}\n", "5"), "n: don't 5\nm: \"5\"\n");
  EXPECT_EQ(yaml("run: |\n  it's \"{name}\n\n  {name}\nm: {name}\n", "yes"),
            "run: |\n  it's \"yes\n\n  yes\nm: \"yes\"\n");
  EXPECT_EQ(yaml("n: {off}\nm: {name}\n", ValueList{true, "x"}), "n: null\nm: [true, \"x\"]\n");
}

TEST_F(FileTemplateTest, OtherFilesLoseTheLinesOfWhatIsNotActive) {
  const Config config{{"lr", 0.5}, {"name", "a 'b'"}};
  EXPECT_EQ(fill("a.toml", "lr = {lr}\nname = {name}\noff = {off}\ns = \"{name}\"", config),
            "lr = 0.5\nname = \"a 'b'\"\ns = \"a 'b'\"");
  EXPECT_EQ(fill("a.ini", "lr = {lr}\r\noff: {off}\r\nname = {name}\r\n", config),
            "lr = 0.5\r\nname = a 'b'\r\n");
  const CommandContext context{.config = &config};
  const auto quoted = read("a.toml", "s = '{name}'").value().fill(context, {});
  ASSERT_FALSE(quoted);
  EXPECT_NE(quoted.error().message.find("use double quotes"), std::string::npos);
}

TEST_F(FileTemplateTest, OtherBracesStay) {
  const Config config{{"lr", 1}};
  const std::string text = "{} { lr } {{ lr }} ${HOME} {a,b} {zzz} {{zzz}} {\n";
  EXPECT_EQ(fill("a.txt", text + "{lr} {{lr}} {trial.id}{trial.dir}", config),
            text + "1 {lr} 7/t/7");
}

TEST_F(FileTemplateTest, ProblemsNameTheLine) {
  EXPECT_NE(problem("a: {lr}\nb: {learning_rat}\n")
                .find(", line 2: no placeholder 'learning_rat'; did "
                      "you mean 'learning_rate'?"),
            std::string::npos);
  EXPECT_NE(problem("a: {trial.dri}").find("no placeholder 'trial.dri'"), std::string::npos);
  EXPECT_NE(problem("a: {args}").find("no placeholder 'args'"), std::string::npos);
  EXPECT_NE(problem("a: 1\n").find("holds no placeholder such as {lr}"), std::string::npos);
  EXPECT_NE(read("params.json", "{lr}").error().message.find("rename it"), std::string::npos);
  EXPECT_NE(FileTemplate::read("/nowhere/a", kParameters, {}).error().message.find("no template"),
            std::string::npos);
}

TEST_F(FileTemplateTest, TwoFilesOfOneNameAreRefused) {
  std::filesystem::create_directory(directory_.path() / "b");
  std::ofstream(directory_.path() / "a.yaml") << "{lr}";
  std::ofstream(directory_.path() / "b/a.yaml") << "{lr}";
  const std::string one = "{template:" + (directory_.path() / "a.yaml").string() + "}";
  const std::string two = "{template:" + (directory_.path() / "b/a.yaml").string() + "}";
  EXPECT_TRUE(CommandTemplate::parse(std::vector<std::string>{"run", one, one}, kParameters));
  const auto both = CommandTemplate::parse(std::vector<std::string>{"run", one, two}, kParameters);
  ASSERT_FALSE(both);
  EXPECT_NE(both.error().message.find("have the same name"), std::string::npos);
}

// A pipe that nobody writes to would be waited for without end.
TEST_F(FileTemplateTest, OnlyAFileThatStaysIsRead) {
  const auto pipe = directory_.path() / "pipe.yaml";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const auto& path : {pipe.string(), std::string("/dev/null")}) {
    const auto made = FileTemplate::read(path, kParameters, {});
    ASSERT_FALSE(made) << path;
    EXPECT_NE(made.error().message.find("not a regular file"), std::string::npos);
  }
  const auto folder = FileTemplate::read(directory_.path().string(), kParameters, {});
  EXPECT_NE(folder.error().message.find("a directory"), std::string::npos);
  const auto link = directory_.path() / "link.yaml";
  ASSERT_EQ(symlink("real.yaml", link.c_str()), 0);
  EXPECT_TRUE(read("real.yaml", "a: {lr}\n"));
  EXPECT_TRUE(FileTemplate::read(link.string(), kParameters, {}));
}

TEST_F(FileTemplateTest, AChangeSinceTheBeginningIsTold) {
  const auto parse = [&](const std::string& text) {
    std::ofstream(directory_.path() / "a.yaml") << text;
    const std::vector<std::string> command = {
        "cat", "{template:" + (directory_.path() / "a.yaml").string() + "}"};
    return CommandTemplate::parse(command, kParameters, {}).value();
  };
  const std::string before = template_digests(parse("a: {lr}\n"));
  EXPECT_TRUE(check_template_digests(parse("a: {lr}\n"), before));
  EXPECT_TRUE(check_template_digests(parse("a: {lr}\nb: 1\n"), ""));
  const auto changed = check_template_digests(parse("a: {lr}\nb: 1\n"), before);
  ASSERT_FALSE(changed);
  EXPECT_NE(changed.error().message.find("a.yaml has changed since"), std::string::npos);
}

}  // namespace
}  // namespace luthier

#include "executors/programs/command/command_template.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "executors/programs/command/trial_environment.h"

namespace luthier {
namespace {

using Words = std::vector<std::string>;
const Words kParameters = {"lr", "momentum", "name"};

Words expand(const Words& command, const Config& config) {
  const auto parsed = CommandTemplate::parse(command, kParameters);
  return parsed.value()
      .expand({.trial = TrialId{42}, .seed = 9, .directory = "/t/42", .config = &config})
      .value();
}

std::string problem(const Words& command) {
  return CommandTemplate::parse(command, kParameters).error().message;
}

TEST(CommandTemplate, SubstitutesArgumentByArgument) {
  EXPECT_EQ(expand({"run", "--lr={lr}", "{trial.id}:{trial.seed}", "{trial.dir}/out", "{{{lr}}}"},
                   {{"lr", 1e-5}}),
            (Words{"run", "--lr=1e-05", "42:9", "/t/42/out", "{1e-05}"}));
  EXPECT_EQ(expand({"run", "{params.file:json}", "{params.file:toml}", "{params.file:yaml}"}, {}),
            (Words{"run", "/t/42/params.json", "/t/42/params.toml", "/t/42/params.yaml"}));
}

TEST(CommandTemplate, WithoutPlaceholdersEveryParameterIsAppended) {
  EXPECT_EQ(expand({"run", "-v"}, {{"lr", 0.5}, {"name", "-rf /; $(x)\n"}}),
            (Words{"run", "-v", "--lr=0.5", "--name=-rf /; $(x)\n"}));
  EXPECT_EQ(expand({"run", "{args}", "end"}, {{"lr", 0.5}, {"momentum", true}}),
            (Words{"run", "--lr=0.5", "--momentum=true", "end"}));
}

TEST(CommandTemplate, ParametersThatAreNotActiveAreLeftOut) {
  EXPECT_EQ(
      expand({"run", "--momentum", "{momentum}", "--m={momentum}", "--lr", "{lr}"}, {{"lr", 1}}),
      (Words{"run", "--lr", "1"}));
  EXPECT_EQ(expand({"run", "{momentum}"}, {}), (Words{"run"}));
}

TEST(CommandTemplate, ValuesAreNeverInterpreted) {
  const std::string value = "{lr} `id` $(id) ;\n\t'\" -x";
  EXPECT_EQ(expand({"run", "{name}"}, {{"name", value}}), (Words{"run", value}));
}

TEST(CommandTemplate, ProblemsNameTheThingAndTheRemedy) {
  EXPECT_NE(problem({"run", "--m={momentun}"})
                .find("no placeholder 'momentun'; did you mean 'momentum'?"),
            std::string::npos);
  EXPECT_NE(problem({"run", "{lr"}).find("'{' without a '}'"), std::string::npos);
  EXPECT_NE(problem({"run", "lr}"}).find("'}' without a '{'"), std::string::npos);
  EXPECT_NE(problem({"run", "x{args}"}).find("{args} must be a separate argument"),
            std::string::npos);
  EXPECT_NE(problem({}).find("no command"), std::string::npos);
  const std::string both = problem({"run", "{a}", "{b}"});
  EXPECT_NE(both.find("'a'"), std::string::npos);
  EXPECT_NE(both.find("'b'"), std::string::npos);
}

TEST(CommandTemplate, AParameterCanNotHideAPlaceholder) {
  const Words parameters = {"lr", "trial.dir", "args"};
  const auto parsed = CommandTemplate::parse(Words{"run", "{lr}"}, parameters);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message,
            "the parameter 'trial.dir' has the name of the placeholder {trial.dir}; rename the "
            "parameter\n"
            "the parameter 'args' has the name of the placeholder {args}; rename the parameter");
}

TEST(CommandTemplate, AProgramThatIsNotActiveIsAnError) {
  const Config none;
  const auto parsed = CommandTemplate::parse(Words{"{name}", "{lr}"}, kParameters);
  const auto expanded = parsed.value().expand({.config = &none});
  ASSERT_FALSE(expanded);
  EXPECT_NE(expanded.error().message.find("not active"), std::string::npos);
}

TEST(CommandTemplate, AValueWithANulIsRefused) {
  const Config config{{"name", std::string("a\0b", 3)}};
  const auto parsed = CommandTemplate::parse(Words{"run", "{name}"}, kParameters);
  const auto expanded = parsed.value().expand({.config = &config});
  ASSERT_FALSE(expanded);
  EXPECT_NE(expanded.error().message.find("NUL"), std::string::npos);
}

Space speaking_space() {
  Space space;
  EXPECT_TRUE(space.add_text("amp=flag('--amp')"));
  EXPECT_TRUE(space.add_text("fast=flag('--fast', '--slow')"));
  EXPECT_TRUE(space.add_text("x=choice(True, False, None, 'a b', [True, 1])"));
  EXPECT_TRUE(space.add_text("plain=choice(true, null, [1, 2])"));
  EXPECT_TRUE(space.add_text("key=secret(KEY_FOR_THIS_TEST)"));
  return space;
}

Result<CommandTemplate> speaking(const Words& command) {
  const Space space = speaking_space();
  Words names;
  for (const Parameter& parameter : space.parameters()) {
    names.push_back(parameter.name);
  }
  return CommandTemplate::parse(command, names, ParameterWords(space.parameters()));
}

Words say(const Words& command, const Config& config) {
  return speaking(command).value().expand({.directory = "/t", .config = &config}).value();
}

TEST(Speaking, AFlagIsThereOrNotAndLeavesTheWordBeforeItAlone) {
  const Words command = {"run", "--verbose", "{amp}", "{fast}"};
  EXPECT_EQ(say(command, {{"amp", true}, {"fast", true}}),
            (Words{"run", "--verbose", "--amp", "--fast"}));
  EXPECT_EQ(say(command, {{"amp", false}, {"fast", false}}), (Words{"run", "--verbose", "--slow"}));
  EXPECT_EQ(say(command, {}), (Words{"run", "--verbose"}));
  EXPECT_NE(speaking({"run", "--a={amp}"}).error().message.find("is a flag"), std::string::npos);
}

TEST(Speaking, ListsSpreadAndWordsOfPythonStay) {
  const Words command = {"run", "--x", "{x...}", "--y={x}", "{plain}"};
  EXPECT_EQ(say(command, {{"x", ValueList{true, 1}}, {"plain", Value()}}),
            (Words{"run", "--x", "True", "1", "--y=[True, 1]", "null"}));
  EXPECT_EQ(say(command, {{"x", Value()}, {"plain", true}}),
            (Words{"run", "--x", "None", "--y=None", "true"}));
  EXPECT_EQ(say(command, {{"plain", ValueList{1, 2}}}), (Words{"run", "[1, 2]"}));
  EXPECT_NE(speaking({"run", "a{x...}"}).error().message.find("{x...} must be a separate"),
            std::string::npos);
}

TEST(Speaking, AllParametersInThreeStyles) {
  const Config config{{"amp", true},
                      {"fast", false},
                      {"x", "a b"},
                      {"plain", ValueList{1, "it's"}},
                      {"key", "KEY_FOR_THIS_TEST"}};
  EXPECT_EQ(say({"run", "{args}"}, config),
            (Words{"run", "--amp", "--slow", "--x=a b", "--plain=[1, \"it's\"]"}));
  EXPECT_EQ(say({"run", "{args:hydra}"}, config),
            (Words{"run", "amp=true", "fast=false", "x='a b'", "plain=[1,'it\\'s']"}));
  EXPECT_EQ(say({"run", "{args:space}"}, config),
            (Words{"run", "--amp", "--slow", "--x", "a b", "--plain", "1", "it's"}));
}

TEST(Speaking, ASecretIsRefusedAsAnArgument) {
  EXPECT_NE(speaking({"run", "{key}"}).error().message.find("is a secret"), std::string::npos);
  const ParameterWords words(speaking_space().parameters());
  ASSERT_FALSE(words.check_secrets());
  EXPECT_EQ(words.without_secrets({{"key", "K"}, {"x", 1}}), (Config{{"x", 1}}));
}

TEST(ParameterFiles, NestAtDots) {
  const Config config{{"a.b", 1}, {"c", 2}, {"a.d.e", "x"}, {"f.g", Value()}};
  constexpr auto kNested = ParameterShape::nested;
  EXPECT_EQ(format_parameters(config, ParameterFormat::json, kNested),
            "{\"a\": {\"b\": 1, \"d\": {\"e\": \"x\"}}, \"c\": 2, \"f\": {\"g\": null}}\n");
  EXPECT_EQ(format_parameters(config, ParameterFormat::yaml, kNested),
            "\"a\":\n  \"b\": 1\n  \"d\":\n    \"e\": \"x\"\n\"c\": 2\n\"f\":\n  \"g\": null\n");
  EXPECT_EQ(format_parameters(config, ParameterFormat::toml, kNested),
            "\"c\" = 2\n\n[\"a\"]\n\"b\" = 1\n\n[\"a\".\"d\"]\n\"e\" = \"x\"\n");
  EXPECT_FALSE(nesting_problem(Words{"a", "ab.c", "b"}));
  EXPECT_TRUE(nesting_problem(Words{"a.b.c", "a.b"}));
}

TEST(ParameterFiles, JsonReadsBack) {
  const Config config{
      {"lr", 1e-5}, {"n", std::int64_t{1} << 60}, {"text", "a\"\n\x01"}, {"on", true}};
  const auto json = nlohmann::json::parse(format_parameters(config, ParameterFormat::json));
  EXPECT_EQ(json["lr"].get<double>(), 1e-5);
  EXPECT_EQ(json["n"].get<std::int64_t>(), std::int64_t{1} << 60);
  EXPECT_EQ(json["text"].get<std::string>(), "a\"\n\x01");
}

TEST(ParameterFiles, TomlAndYamlNumbersStayNumbers) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Config config{{"a/b", 1e-5},
                      {"big", 1e30},
                      {"inf", -infinity},
                      {"nan", std::nan("")},
                      {"none", Value()},
                      {"l", ValueList{1, 2.0, "x"}}};
  EXPECT_EQ(format_parameters(config, ParameterFormat::toml),
            "\"a/b\" = 1.0e-05\n\"big\" = 1.0e+30\n\"inf\" = -inf\n\"nan\" = nan\n\"l\" = [1, 2.0, "
            "\"x\"]\n");
  EXPECT_EQ(format_parameters(config, ParameterFormat::yaml),
            "\"a/b\": 1.0e-05\n\"big\": 1.0e+30\n\"inf\": -.inf\n\"nan\": .nan\n\"none\": "
            "null\n\"l\": [1, 2.0, \"x\"]\n");
}

TEST(TrialEnvironment, VariablesOfParameters) {
  EXPECT_EQ(parameter_variable("net/lr-1"), "LUTHIER_PARAM_NET_LR_1");
  EXPECT_TRUE(check_parameter_variables(Words{"lr", "lr2"}));
  const auto clash = check_parameter_variables(Words{"a/b", "a_B"});
  ASSERT_FALSE(clash);
  EXPECT_NE(clash.error().message.find("'a/b' and 'a_B'"), std::string::npos);
}

}  // namespace
}  // namespace luthier

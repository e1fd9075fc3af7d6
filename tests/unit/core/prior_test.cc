// Priors as text, what is wrong with them, and their place in a stored experiment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/space/prior_check.h"
#include "luthier/experiment_spec.h"

namespace luthier {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string read(std::string_view text) {
  const auto prior = parse_prior(text);
  return prior ? to_text(*prior) : prior.error().message;
}

TEST(Prior, ReadsValuesAndSpreads) {
  const auto prior = parse_prior("optimizer.lr~1e-3x");
  ASSERT_TRUE(prior.ok());
  EXPECT_EQ(prior->parameter, "optimizer.lr");
  EXPECT_EQ(prior->values, ValueList{"1e-3x"});
  EXPECT_EQ(
      *parse_prior(" lr ~ 1e-3 x2 "),
      (Prior{.parameter = "lr", .values = {0.001}, .spread = Prior::Spread::factor, .size = 2}));
  EXPECT_EQ(
      *parse_prior("m ~ 0.9 +- .05"),
      (Prior{.parameter = "m", .values = {0.9}, .spread = Prior::Spread::amount, .size = 0.05}));
  EXPECT_EQ(*parse_prior("opt ~ adam, \"s g d\", true"),
            (Prior{.parameter = "opt", .values = {"adam", "s g d", true}}));
}

TEST(Prior, CanonicalTextReadsBackToTheSame) {
  for (const auto& [text, canonical] : std::vector<std::pair<std::string, std::string>>{
           {"lr~1e-3", "lr ~ 0.001"},
           {"lr ~ 1e-3, 1e-2 x 1.5", "lr ~ 0.001, 0.01 x1.5"},
           {"m ~ -2+-3", "m ~ -2+-3"},  // one word: text
           {"m ~ -2 +-3", "m ~ -2 +- 3"},
           {"layers ~ [64, 64], [128]", "layers ~ [64, 64], [128]"},
           {"o ~ 'a, b', x2", "o ~ \"a, b\", x2"},
           {"o ~ \"1\"", "o ~ \"1\""}}) {
    EXPECT_EQ(read(text), canonical);
    EXPECT_EQ(*parse_prior(canonical), *parse_prior(text)) << text;
  }
}

TEST(Prior, ErrorsNameTheRemedy) {
  EXPECT_THAT(read("lr=1e-3"), HasSubstr("the prior 'lr=1e-3' has no NAME ~; write NAME ~ VALUE"));
  EXPECT_THAT(read("~ 3"), HasSubstr("has no NAME ~"));
  EXPECT_THAT(read("lr ~"), HasSubstr("a value is missing"));
  EXPECT_THAT(read("lr ~ 1,"), HasSubstr("a value is missing"));
  EXPECT_THAT(read("lr ~ 1 2"), HasSubstr("expected ',', '+- SPREAD', 'xFACTOR' or the end"));
  EXPECT_THAT(read("lr ~ 1 +- 0"), HasSubstr("'+-' takes a number above 0"));
  EXPECT_THAT(read("lr ~ 1 +- nan"), HasSubstr("'+-' takes a number above 0"));
  EXPECT_THAT(read("lr ~ 1 x1"), HasSubstr("'x' takes a factor above 1"));
  EXPECT_THAT(read("lr ~ 1 x"), HasSubstr("'x' takes a factor above 1"));
}

Space some_space() {
  Space space;
  space.add("lr", loguniform(1e-5, 1));
  space.add("momentum", uniform(0, 0.99)).when("optimizer", "sgd");
  space.add("optimizer", choice({"sgd", "adam"}));
  space.add("seed", grid({1, 2}));
  space.add("epochs", constant(10));
  space.add("total", expression("epochs * 2"));
  space.add("layers", randint(1, 5));
  return space;
}

std::vector<std::string> problems(const std::vector<std::string>& texts) {
  std::vector<Prior> priors;
  for (const std::string& text : texts) {
    priors.push_back(*parse_prior(text));
  }
  return prior_problems(priors, *CompiledSpace::compile(some_space()));
}

TEST(PriorProblems, NoneWhereItSuitsTheSpace) {
  EXPECT_THAT(problems({"lr ~ 1e-3 x2",
                        "momentum ~ 0.9 +- 0.05",
                        "optimizer ~ adam, sgd",
                        "layers ~ 2, 3 +- 1"}),
              IsEmpty());
}

TEST(PriorProblems, AreASentenceEach) {
  const auto problem = [](const char* text) {
    const auto all = problems({text});
    return all.size() == 1 ? all.front() : std::to_string(all.size()) + " problems";
  };
  EXPECT_THAT(problem("lrr ~ 1"), HasSubstr("no parameter 'lrr'; did you mean 'lr'?"));
  EXPECT_EQ(problem("lr ~ 5"), "the prior 'lr ~ 5': 5 is not in loguniform(1e-05, 1)");
  EXPECT_EQ(problem("layers ~ 2.5"), "the prior 'layers ~ 2.5': 2.5 is not in randint(1, 5)");
  EXPECT_THAT(problem("optimizer ~ adamw"), HasSubstr("adamw is not in choice("));
  EXPECT_THAT(problem("optimizer ~ sgd, sgd"), HasSubstr("sgd is listed twice"));
  EXPECT_THAT(problem("lr ~ 1e-3 +- 1e-4"), HasSubstr("as in 'lr ~ 0.001 x2'"));
  EXPECT_THAT(problem("layers ~ 2 x2"), HasSubstr("as in 'layers ~ 2 +- AMOUNT'"));
  EXPECT_THAT(problem("optimizer ~ sgd x2"), HasSubstr("has no spread"));
  EXPECT_THAT(problem("seed ~ 1"), HasSubstr("each value of its grid in turn"));
  EXPECT_THAT(problem("epochs ~ 10"), HasSubstr("is a constant"));
  EXPECT_THAT(problem("total ~ 20"), HasSubstr("is computed"));
  EXPECT_THAT(problems({"lr ~ 0.1", "layers ~ 2", "lr ~ 0.2"}),
              ElementsAre(HasSubstr("the prior 'lr ~ 0.2': there is another one for 'lr'")));
}

ExperimentSpec some_spec() {
  ExperimentSpec spec;
  spec.space = some_space();
  spec.objectives = {{"loss", Mode::min}};
  return spec;
}

TEST(PriorInSpec, IsWrittenOnlyWhereThereIsOne) {
  ExperimentSpec spec = some_spec();
  EXPECT_THAT(to_json(spec), Not(HasSubstr("\"prior\"")));
  spec.prior = {*parse_prior("lr ~ 1e-3 x2"), *parse_prior("optimizer ~ adam")};
  EXPECT_THAT(to_json(spec), HasSubstr(R"("prior": ["lr ~ 0.001 x2", "optimizer ~ adam"])"));
  const auto read = parse_experiment_spec(to_json(spec));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->prior, spec.prior);
  EXPECT_EQ(to_json(*read), to_json(spec));
}

TEST(PriorInSpec, ErrorsSayWhere) {
  const std::string json =
      R"({"schema": 1, "space": {"parameters": {}}, "objectives": [{"metric": "loss", "mode": "min"}],)"
      R"( "prior": ["lr"]})";
  EXPECT_THAT(parse_experiment_spec(json).error().message,
              HasSubstr("'prior' has an item that is wrong: the prior 'lr' has no NAME ~"));
}

}  // namespace
}  // namespace luthier

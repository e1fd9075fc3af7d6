// Sampling, coordinates, conditions, constraints, grids and counting of compiled spaces.
#include "luthier/compiled_space.h"

#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace luthier {
namespace {

using testing::HasSubstr;

CompiledSpace compiled(Space space) {
  auto result = CompiledSpace::compile(std::move(space));
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return std::move(result).value();
}

CompiledSpace from_text(std::initializer_list<const char*> parameters,
                        std::initializer_list<const char*> constraints = {}) {
  Space space;
  for (const char* text : parameters) {
    const auto added = space.add_text(text);
    EXPECT_TRUE(added.ok()) << added.error().message;
  }
  for (const char* text : constraints) {
    space.constrain(text);
  }
  return compiled(std::move(space));
}

std::string compile_error(std::initializer_list<const char*> parameters,
                          std::initializer_list<const char*> constraints = {}) {
  Space space;
  for (const char* text : parameters) {
    const auto added = space.add_text(text);
    EXPECT_TRUE(added.ok()) << added.error().message;
  }
  for (const char* text : constraints) {
    space.constrain(text);
  }
  const auto result = CompiledSpace::compile(std::move(space));
  return result.ok() ? "" : result.error().message;
}

TEST(CompiledSpace, SamplesStayInsideTheDomains) {
  const auto space = from_text({"a=uniform(-1, 2)",
                                "b=loguniform(1e-5, 1e-1)",
                                "c=quniform(0, 1, 0.1)",
                                "d=qloguniform(1, 100, 0.5)",
                                "e=randint(-3, 4)",
                                "f=qrandint(8, 64, 8)",
                                "g=lograndint(1, 1000)",
                                "h=qlograndint(2, 256, 2)",
                                "i=normal(0, 1)",
                                "j=qnormal(5, 2, 0.25)",
                                "k=choice(sgd, adam)",
                                "l=7"});
  Rng rng(1, "test");
  for (int i = 0; i < 2000; ++i) {
    const auto config = space.sample(rng, 0);
    ASSERT_TRUE(config.ok());
    EXPECT_EQ(config->size(), 12U);
    const auto checked = space.check(*config);
    ASSERT_TRUE(checked.ok()) << checked.error().message;
    EXPECT_LT(config->number("a"), 2);
    EXPECT_LT(config->integer("e"), 4);
    EXPECT_EQ(config->integer("f") % 8, 0);
    EXPECT_LT(config->integer("g"), 1000);
    EXPECT_EQ(config->number("j") * 4, std::round(config->number("j") * 4));
    EXPECT_EQ(config->integer("l"), 7);
  }
}

TEST(CompiledSpace, StepsAreShortDecimals) {
  const auto space = from_text({"x=quniform(0, 1, 0.1)"});
  std::set<std::string> seen;
  Rng rng(1, "test");
  for (int i = 0; i < 500; ++i) {
    seen.insert(to_text(*space.sample(rng, 0)->find("x")));
  }
  EXPECT_EQ(seen,
            (std::set<std::string>{
                "0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"}));
}

TEST(CompiledSpace, ConditionsDecideWhoIsThere) {
  const auto space = from_text({"nesterov=choice(true, false) if momentum > 0.5",
                                "momentum=uniform(0, 1) if optimizer == 'sgd'",
                                "optimizer=choice(sgd, adam)"});
  ASSERT_EQ(space.axes().size(), 3U);
  EXPECT_EQ(space.parameters()[space.axes()[0].parameter].name, "optimizer");
  EXPECT_EQ(space.parameters()[space.axes()[1].parameter].name, "momentum");
  EXPECT_EQ(space.parameters()[space.axes()[2].parameter].name, "nesterov");
  EXPECT_FALSE(space.axes()[0].conditional);
  EXPECT_TRUE(space.axes()[2].conditional);
  const std::vector<double> adam = {0.75, 0.9, 0.2};
  EXPECT_EQ(to_json(space.decode(adam)), R"({"optimizer": "adam"})");
  EXPECT_FALSE(space.is_active(1, adam));
  EXPECT_FALSE(space.is_active(2, adam));
  const std::vector<double> slow = {0.25, 0.25, 0.2};
  EXPECT_EQ(to_json(space.decode(slow)), R"({"momentum": 0.25, "optimizer": "sgd"})");
  EXPECT_TRUE(space.is_active(1, slow));
  EXPECT_FALSE(space.is_active(2, slow));
  const std::vector<double> fast = {0.25, 0.75, 0.2};
  EXPECT_EQ(to_json(space.decode(fast)),
            R"({"nesterov": true, "momentum": 0.75, "optimizer": "sgd"})");
  EXPECT_TRUE(space.is_active(2, fast));
}

TEST(CompiledSpace, ComputesExpressionsInAnyOrder) {
  const auto space = from_text({"warmup=expr(round(epochs * share))",
                                "epochs=choice(10, 20)",
                                "share=0.25",
                                "late=expr(epochs - warmup)"});
  EXPECT_EQ(space.axes().size(), 1U);
  const std::vector<double> point = {0.9};
  EXPECT_EQ(to_json(space.decode(point)),
            R"({"warmup": 5, "epochs": 20, "share": 0.25, "late": 15})");
}

TEST(CompiledSpace, GridCellsVaryTheAlphabeticallyFirstNameFastest) {
  const auto space = from_text({"b=grid(1, 2, 3)", "a=grid(x, y)", "c=uniform(0, 1)"});
  EXPECT_EQ(space.grid_size(), 6U);
  EXPECT_TRUE(space.axes()[0].grid);
  EXPECT_FALSE(space.axes()[2].grid);
  std::vector<std::string> cells;
  Rng rng(1, "test");
  for (std::uint64_t cell = 0; cell < 6; ++cell) {
    const auto config = space.sample(rng, cell);
    cells.push_back(config->text("a") + to_text(*config->find("b")));
    EXPECT_TRUE(std::isnan(space.grid_point(cell)[2]));
  }
  EXPECT_EQ(cells, (std::vector<std::string>{"x1", "y1", "x2", "y2", "x3", "y3"}));
}

TEST(CompiledSpace, RedrawsUntilConstraintsHold) {
  const auto space = from_text({"a=uniform(0, 1)", "b=uniform(0, 1)"}, {"a < b"});
  Rng rng(1, "test");
  for (int i = 0; i < 200; ++i) {
    const auto config = space.sample(rng, 0);
    EXPECT_LT(config->number("a"), config->number("b"));
    EXPECT_TRUE(space.satisfies_constraints(*config));
  }
  EXPECT_FALSE(space.satisfies_constraints({{"a", 0.5}, {"b", 0.25}}));
}

TEST(CompiledSpace, UnsatisfiableConstraintsEndWithASentence) {
  const auto space =
      from_text({"a=uniform(0, 1)", "b=uniform(0, 1)"}, {"a < 0.5", "a + b > 3", "b < 0.9"});
  Rng rng(1, "test");
  const auto config = space.sample(rng, 0);
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(config.error().message, HasSubstr("'a + b > 3' failed in 100% of them"));
}

TEST(CompiledSpace, ConstraintsOverInactiveParametersDoNotApply) {
  const auto space =
      from_text({"kind=choice(a, b)", "x=uniform(0, 1) if kind == 'a'"}, {"x > 2 or kind == 'a'"});
  EXPECT_TRUE(space.satisfies_constraints({{"kind", "b"}}));
}

TEST(CompiledSpace, ReportsEveryProblem) {
  const std::string message = compile_error({"a=uniform(2, 1)",
                                             "b=loguniform(0, 1)",
                                             "c=quniform(0, 1, -1)",
                                             "d=choice()",
                                             "e=choice(1, 1)",
                                             "f=randint(0, 1.5)",
                                             "f=uniform(0, inf)",
                                             "g.h=1",
                                             "g_h=1",
                                             "i=grid(1, 2) if g_h == 1"});
  EXPECT_EQ(message,
            "the parameter 'f' is declared more than once; rename or drop one\n"
            "the parameters 'g.h' and 'g_h' would share the environment variable "
            "LUTHIER_PARAM_G_H; rename one\n"
            "parameter 'a': low 2 must be below high 1; swap them\n"
            "parameter 'b': low is 0; on a log scale it must be above 0\n"
            "parameter 'c': the step is -1; it must be above 0\n"
            "parameter 'd': it has no values; name at least one\n"
            "parameter 'e': the value 1 appears more than once; list it once\n"
            "parameter 'f': high is 1.5; it must be an integer\n"
            "parameter 'f': high is inf; it must be a finite number\n"
            "parameter 'i': a grid can't have a condition, every cell is run; use choice");
}

TEST(CompiledSpace, NamesUnknownParametersAndCycles) {
  EXPECT_THAT(compile_error({"optimizer=choice(a, b)", "x=1 if optimzer == 'a'"}),
              HasSubstr("did you mean 'optimizer'?"));
  EXPECT_THAT(compile_error({"optimizer=choice(sgd, b)", "x=1 if optimizer == sgd"}),
              HasSubstr("put text in quotes: \"sgd\""));
  EXPECT_THAT(compile_error({"weight-decay=uniform(0, 1)", "x=1 if weight - decay > 0.5"}),
              HasSubstr("write `weight-decay` in backquotes"));
  EXPECT_EQ(compile_error({"z=1", "a=expr(b)", "b=expr(c + z)", "c=1 if a > 0"}),
            "the parameters depend on each other in a cycle: 'a' needs 'b' needs 'c' needs 'a'; "
            "remove one of these dependencies");
  EXPECT_THAT(compile_error({"a=expr(a + 1)"}), HasSubstr("'a' needs 'a'"));
}

TEST(CompiledSpace, FindsOperatorsThatDoNotFitTheValues) {
  EXPECT_THAT(compile_error({"a=choice(x, y)", "b=expr(a * 2)"}),
              HasSubstr("the formula of 'b' 'a * 2': '*' does not work between"));
  EXPECT_THAT(compile_error({"a=choice(x, y)"}, {"a < 2"}),
              HasSubstr("the constraint 'a < 2': '<' does not work between"));
  EXPECT_THAT(compile_error({"a=choice(x, y)", "b=1 if a"}), HasSubstr("neither true nor false"));
  EXPECT_THAT(compile_error({"a=grid(1, 2)"}, {"a < 2"}),
              HasSubstr("depends on grid parameters only"));
}

TEST(CompiledSpace, CountsConfigurations) {
  EXPECT_EQ(from_text({"a=choice(1, 2)", "b=randint(0, 5)"}).cardinality(), 10U);
  EXPECT_EQ(from_text({"a=choice(1, 2)", "b=uniform(0, 5)"}).cardinality(), std::nullopt);
  EXPECT_EQ(from_text({"a=choice(1, 2)", "b=qnormal(0, 5, 1)"}).cardinality(), std::nullopt);
  EXPECT_EQ(from_text({"a=1"}).cardinality(), 1U);
  // sgd: 3 values of b, of which the last has 4 of c; adam: nothing more; each times 5 of d.
  EXPECT_EQ(from_text({"c=randint(0, 4) if b == 2",
                       "b=randint(0, 3) if a == 'sgd'",
                       "d=randint(0, 5)",
                       "a=choice(sgd, adam)"})
                .cardinality(),
            (2U + 4U + 1U) * 5U);
  EXPECT_EQ(from_text({"a=randint(0, 9007199254740992)", "b=choice(1, 2)"}).cardinality(),
            std::nullopt);
}

TEST(CompiledSpace, ChecksConfigurationsByHand) {
  const auto space = from_text({"lr=loguniform(0.001, 0.1)",
                                "opt=choice(sgd, adam)",
                                "momentum=uniform(0, 1) if opt == 'sgd'",
                                "n=randint(0, 5)",
                                "m=expr(n + 1)",
                                "k=3"},
                               {"n < 4"});
  EXPECT_TRUE(space.check({{"lr", 0.1}}).ok());
  EXPECT_TRUE(space.check({{"n", 3}, {"m", 4}, {"k", 3}}).ok());
  const auto message = [&](const Config& config) { return space.check(config).error().message; };
  EXPECT_THAT(message({{"lrr", 0.1}}), HasSubstr("did you mean 'lr'?"));
  EXPECT_THAT(
      message({{"lr", 1.0}, {"n", 0.5}}),
      HasSubstr("'lr' is 1.0, which is not in loguniform(0.001, 0.1)\nparameter 'n' is 0.5"));
  EXPECT_THAT(message({{"opt", "rmsprop"}}), HasSubstr("choice(\"sgd\", \"adam\")"));
  EXPECT_THAT(message({{"opt", "adam"}, {"momentum", 0.5}}), HasSubstr("does not hold"));
  EXPECT_THAT(message({{"n", 4}}), HasSubstr("violates the constraint 'n < 4'"));
  EXPECT_THAT(message({{"n", 3}, {"m", 5}}), HasSubstr("computed as n + 1, which is 4 and not 5"));
  EXPECT_THAT(message({{"k", 4}}), HasSubstr("it is the constant 3"));
}

TEST(CompiledSpace, EncodeTellsWhatIsAbsentOrOutside) {
  const auto space = from_text({"a=uniform(0, 1)", "b=choice(1, 2)", "c=randint(0, 4)"});
  const auto point = space.encode({{"c", 2}, {"a", 7.0}});
  EXPECT_TRUE(std::isnan(point[0]));
  EXPECT_TRUE(std::isnan(point[1]));
  EXPECT_EQ(point[2], 0.625);
}

TEST(CompiledSpace, DrawsAreAFunctionOfTheGenerator) {
  const auto space = from_text({"a=uniform(0, 1)", "b=choice(1, 2)"}, {"a < 0.9"});
  Rng one(3, "space", 5);
  Rng two(3, "space", 5);
  EXPECT_EQ(*space.sample(one, 0), *space.sample(two, 0));
}

TEST(CompiledSpace, ManyValuesTakeNoQuadraticTime) {
  ValueList values;
  for (std::int64_t i = 0; i < 100'000; ++i) {
    values.emplace_back(i);
  }
  Space space;
  space.add("x", Domain{.kind = DomainKind::choice, .values = values});
  ASSERT_TRUE(CompiledSpace::compile(space).ok());
  values.emplace_back(5);
  values.emplace_back(5);
  Space twice;
  twice.add("x", Domain{.kind = DomainKind::choice, .values = values});
  EXPECT_THAT(CompiledSpace::compile(twice).error().message,
              HasSubstr("the value 5 appears more than once; list it once"));
}

}  // namespace
}  // namespace luthier

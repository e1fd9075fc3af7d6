// Spaces as text, JSON and TOML: every form reads back to an equal space; errors name the remedy.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "core/space/environment_name.h"
#include "core/space/space_toml.h"
#include "luthier/compiled_space.h"
#include "luthier/rng.h"
#include "luthier/space.h"

namespace luthier {
namespace {

using testing::HasSubstr;

std::string canonical(std::string_view text) {
  const auto domain = Space::parse_domain(text);
  return domain ? to_text(*domain) : domain.error().message;
}

std::string parameter(std::string_view text) {
  Space space;
  const auto added = space.add_text(text);
  return added ? to_text(space.parameters().front()) : added.error().message;
}

TEST(DomainText, ReadsEveryDistribution) {
  const std::pair<const char*, const char*> rows[] = {
      {"uniform(0,1)", "uniform(0, 1)"},
      {" loguniform( 1e-5 , 1e-1 ) ", "loguniform(1e-05, 0.1)"},
      {"quniform(0, 1, .1)", "quniform(0, 1, 0.1)"},
      {"qloguniform(1, 10, 0.5)", "qloguniform(1, 10, 0.5)"},
      {"randint(1, 1e6)", "randint(1, 1e+06)"},
      {"qrandint(8, 64, 8)", "qrandint(8, 64, 8)"},
      {"lograndint(1, 100)", "lograndint(1, 100)"},
      {"qlograndint(2, 64, 2)", "qlograndint(2, 64, 2)"},
      {"normal(0, 1)", "normal(0, 1)"},
      {"qnormal(-1, 2, 0.5)", "qnormal(-1, 2, 0.5)"},
      {"choice(16, 32.0, true, null)", "choice(16, 32.0, true, null)"},
      {"choice([16, 32])", "choice(16, 32)"},
      {"choice([64, 64], [128])", "choice([64, 64], [128])"},
      {"choice([[64, 64]])", "choice([[64, 64]])"},
      {"choice(sgd, 'adam w', resnet-50, /data/x.csv)",
       "choice(\"sgd\", \"adam w\", \"resnet-50\", \"/data/x.csv\")"},
      {"grid(a, b,)", "grid(\"a\", \"b\")"},
      {"[1, 2]", "choice(1, 2)"},
      {"constant([1, 2])", "constant([1, 2])"},
      {"0.1", "constant(0.1)"},
      {"true", "constant(true)"},
      {"sgd", "constant(\"sgd\")"},
      {"\"uniform(0, 1)\"", "constant(\"uniform(0, 1)\")"},
      {"constant(\"16\")", "constant(\"16\")"},
      {"expr(epochs*0.1)", "expr(epochs * 0.1)"},
      {"expr(max(a, (b)) if c == ')' else 0)", "expr(max(a, b) if c == \")\" else 0)"},
      {"uniform(0, 162471014608723968000)", "uniform(0, 162471014608723968000)"},
      {"uniform(-inf, nan)", "uniform(-inf, nan)"},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(canonical(text), expected) << text;
    EXPECT_EQ(canonical(expected), expected);
  }
}

TEST(DomainText, ReadsParametersWithConditions) {
  EXPECT_EQ(parameter("momentum=uniform(0, 0.99) if optimizer == 'sgd'"),
            "momentum=uniform(0, 0.99) if optimizer == \"sgd\"");
  EXPECT_EQ(parameter("x=expr(1 if a else 2) if(b)"), "x=expr(1 if a else 2) if b");
  EXPECT_EQ(parameter(" optimizer.lr = 0.1 if a<1"), "optimizer.lr=constant(0.1) if a < 1");
  EXPECT_EQ(parameter("x=[a, b] if y"), "x=choice(\"a\", \"b\") if y");
}

TEST(DomainText, ErrorsNamePositionAndRemedy) {
  const std::pair<const char*, const char*> rows[] = {
      {"lr", "has no NAME=; write NAME=DISTRIBUTION"},
      {"=uniform(0, 1)", "has no NAME="},
      {"lr=", "parameter 'lr': at position 1 of '': a distribution or a value is missing"},
      {"lr=unifrom(0, 1)", "no distribution 'unifrom'; did you mean 'uniform'? known: uniform,"},
      {"lr=tune.loguniform(0, 1)", "did you mean 'loguniform'?"},
      {"lr=hp.quniform(0, 1, 2)", "did you mean 'quniform'?"},
      {"lr=grid_search([1])", "did you mean 'grid'?"},
      {"lr=trial.suggest_categorical([1])", "did you mean 'choice'?"},
      {"lr=suggest_float(0, 1)", "did you mean 'uniform'?"},
      {"lr=sample_from(x)", "did you mean 'expr'?"},
      {"lr=randn(0, 1)", "did you mean 'normal'?"},
      {"lr=uniform(0)", "uniform takes 2 numbers (low, high), not 1"},
      {"lr=uniform(0, x)", "uniform takes 2 numbers (low, high), not \"x\""},
      {"lr=uniform(0, true)", "not true"},
      {"lr=uniform(0, 1", "at position 13 of 'uniform(0, 1': expected ',' or ')'"},
      {"lr=uniform(0 1)", "expected ',' or ')'"},
      {"lr=uniform(, 1)", "expected a value"},
      {"lr=uniform(0, 1) when x", "expected 'if' or the end"},
      {"lr=uniform(0, 1) if", "the condition can't be read: the expression is empty"},
      {"lr=uniform(0, 1) if a = 1", "compare with '=='"},
      {"lr=uniform(low=0, high=1)", "expected ',' or ')'"},
      {"lr=choice(a b)", "in quotes"},
      {"lr=choice('a)", "the text has no closing '"},
      {"lr=constant(1, 2)", "constant takes 1 value, not 2"},
      {"lr=expr(1 + )", "the formula can't be read: at position"},
      {"lr=expr(1", "expr( has no closing ')'"},
      {"lr=1e999", "outside the range of a double"},
      {"lr=hello world", "in quotes"},
      {"lr=0.1..1", "'0.1..1' is not a value; did you mean uniform(0.1, 1)? put text in quotes"},
      {"lr=1e-5-1e-1", "did you mean loguniform(1e-05, 0.1)?"},
      {"lr=1:10", "did you mean randint(1, 11)?"},
      {"lr=sgd|adam", "did you mean choice(sgd, adam)?"},
      {"lr=uniform", "did you mean uniform(low, high)?"},
      {"lr=choice", "did you mean choice(...)?"},
      {"lr=sgd, adam", "write several values as choice(A, B)"},
      {"lr=log(1, 2)", "did you mean 'loguniform'?"},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_THAT(parameter(text), HasSubstr(expected)) << text;
  }
}

TEST(DomainText, TextThatLooksLikeARangeStandsInQuotes) {
  EXPECT_EQ(canonical("'0.1..1'"), "constant(\"0.1..1\")");
  EXPECT_EQ(canonical("[1:10, a|b, uniform]"), "choice(\"1:10\", \"a|b\", \"uniform\")");
  for (const char* text : {"resnet-50", "1e-5", "-3", "a:b", "2024-11-24", "127.0.0.1:80", "-a|"}) {
    EXPECT_TRUE(canonical(text).starts_with("constant(")) << text << " is " << canonical(text);
  }
}

TEST(DomainText, HostileInputIsRefused) {
  EXPECT_THAT(parameter("x=" + std::string(100000, '[')), HasSubstr("deeper than 64 levels"));
  EXPECT_FALSE(Space::parse_domain("expr(" + std::string(100000, '(')).ok());
  EXPECT_FALSE(Space::parse_domain("expr('" + std::string(1001, '\\')).ok());
  Rng rng(1, "fuzz");
  const std::vector<std::string> parts = {
      "x=",  "uniform(", "choice(", "expr(", "grid(",
      "1",   "-2.5",     "a",       ",",     ")",
      "[",   "]",        " if ",    "'",     "\"",
      "\\",  "=",        "`",       "\xff",  std::string(1, '\0'),
      "nan", "inf",      " ",       "null",  "1e400"};
  int good = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = "x=";
    for (std::uint64_t n = rng.below(7); n > 0; --n) {
      text += parts[rng.below(parts.size())];
    }
    Space space;
    if (!space.add_text(text)) {
      continue;
    }
    ++good;
    Space again;
    const std::string printed = to_text(space.parameters().front());
    ASSERT_TRUE(again.add_text(printed).ok()) << text << " -> " << printed;
    if (text.find('\xff') == std::string::npos) {  // printed as U+FFFD
      ASSERT_EQ(to_text(again.parameters().front()), printed) << text;
    }
  }
  EXPECT_GT(good, 500);
}

Value random_value(Rng& rng, int depth) {
  switch (rng.below(depth > 0 ? 6U : 5U)) {
    case 0:
      return static_cast<std::int64_t>(rng.bits());
    case 1:
      return rng.uniform(-1e6, 1e6);
    case 2:
      return rng.below(2) == 0;
    case 3:
      return Value();
    case 4: {
      const std::vector<std::string> words = {
          "a", "", "1", "true", "it's \"x\"", "\xC3\xA9\n\\", ")"};
      return words[rng.below(words.size())];
    }
    default: {
      ValueList list;
      for (std::uint64_t n = rng.below(3); n > 0; --n) {
        list.push_back(random_value(rng, depth - 1));
      }
      return list;
    }
  }
}

Domain random_domain(Rng& rng) {
  const auto kind = static_cast<DomainKind>(rng.below(16));
  switch (kind) {
    case DomainKind::choice:
    case DomainKind::grid: {
      ValueList values;
      for (std::uint64_t n = rng.below(4); n > 0; --n) {
        values.push_back(random_value(rng, 2));
      }
      return {.kind = kind, .values = values};
    }
    case DomainKind::constant:
      return constant(random_value(rng, 2));
    case DomainKind::flag:
      return rng.below(2) == 0 ? flag("--amp") : flag("--a \"b\"", "off");
    case DomainKind::secret:
      return secret({"TOKEN", "true"});
    case DomainKind::expression:
      return expression("a+(b *2) if c<`d e` else 'x'");
    default: {
      const bool step = kind == DomainKind::quniform || kind == DomainKind::qloguniform ||
                        kind == DomainKind::qrandint || kind == DomainKind::qlograndint ||
                        kind == DomainKind::qnormal;
      return {.kind = kind,
              .low = rng.normal() * 1e3,
              .high = rng.uniform(),
              .step = step ? std::exp(rng.normal() * 20) : 0};
    }
  }
}

TEST(SpaceText, EveryFormReadsBackToAnEqualSpace) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    Rng rng(seed, "space");
    Space space;
    for (std::uint64_t n = rng.below(6); n > 0; --n) {
      auto added = space.add("group.p-" + std::to_string(n), random_domain(rng));
      if (rng.below(2) == 0) {
        added.when("some-name", random_value(rng, 1));
      }
      if (rng.below(4) == 0) {
        added.when(" a<b or(c) ");
      }
    }
    space.constrain("min_size<max_size").constrain("a in('x','y')");
    Space from_text;
    for (const auto& each : space.parameters()) {
      const auto added = from_text.add_text(to_text(each));
      RC_ASSERT(added.ok());
    }
    for (const auto& each : space.constraints()) {
      from_text.constrain(each);
    }
    RC_ASSERT(from_text == space);
    const auto from_json = parse_space_json(to_json(space));
    RC_ASSERT(from_json.ok());
    RC_ASSERT(*from_json == space);
  }));
}

TEST(SpaceText, WordsOfPythonStayAsTyped) {
  for (const char* text : {"choice(True, False, None)",
                           "choice(true, False, null)",
                           "choice([True, [None, \"True\"]], [false])",
                           "grid(None, 1)",
                           "constant(True)"}) {
    const auto domain = Space::parse_domain(text);
    ASSERT_TRUE(domain) << text;
    EXPECT_EQ(to_text(*domain), text);
  }
  EXPECT_EQ(Space::parse_domain("choice(True, None)")->values, (ValueList{true, Value()}));
  EXPECT_EQ(to_text(Space::parse_domain("True").value()), "constant(True)");
  EXPECT_NE(Space::parse_domain("choice(True)").value(), choice({true}));
}

TEST(DomainText, FlagsAndSecrets) {
  EXPECT_EQ(Space::parse_domain("flag(--amp)").value(), flag("--amp"));
  EXPECT_EQ(Space::parse_domain("flag('--amp', '--no-amp')").value(), flag("--amp", "--no-amp"));
  EXPECT_EQ(Space::parse_domain("secret(A, 'B')").value(), secret({"A", "B"}));
  EXPECT_EQ(to_text(flag("--a b")), "flag(\"--a b\")");
  for (const char* text : {"flag()", "flag(1)", "flag('a', 'b', 'c')", "flag(['a'])"}) {
    EXPECT_NE(Space::parse_domain(text).error().message.find("as in flag(\"--amp\")"),
              std::string::npos)
        << text;
  }
  for (const char* text : {"secret()", "secret(1)", "secret([a])"}) {
    EXPECT_NE(Space::parse_domain(text).error().message.find("names of environment variables"),
              std::string::npos)
        << text;
  }
  EXPECT_NE(Space::parse_domain("store_true(x)").error().message.find("'flag'"), std::string::npos);
  Space space;
  space.add("amp", flag("--a", "--a"));
  EXPECT_NE(CompiledSpace::compile(space).error().message.find(
                "give one for on and a different one for off"),
            std::string::npos);
}

TEST(SpaceText, WhenConditionsAddUp) {
  Space space;
  space.add("x", uniform(0, 1)).when("a", "sgd").when("b > 1 or c");
  EXPECT_EQ(space.parameters()[0].condition, "a == \"sgd\" and (b > 1 or c)");
}

TEST(SpaceJson, HasTheDocumentedForm) {
  Space space;
  space.add("lr", loguniform(1e-5, 0.1));
  space.add("momentum", uniform(0, 1)).when("optimizer", "sgd");
  space.constrain("lr<0.05");
  EXPECT_EQ(to_json(space),
            "{\"parameters\": {\"lr\": \"loguniform(1e-05, 0.1)\", \"momentum\": "
            "\"uniform(0, 1) if optimizer == \\\"sgd\\\"\"}, \"constraints\": [\"lr < 0.05\"]}");
}

TEST(SpaceJson, ReportsEveryProblem) {
  const auto space = parse_space_json(
      R"({"parameters": {"a": "unifrom", "b": {}, "c": "uniform(0"}, "constraints": [1], "x": 1})");
  ASSERT_FALSE(space.ok());
  EXPECT_THAT(space.error().message, HasSubstr("parameter 'b' is an object"));
  EXPECT_THAT(space.error().message, HasSubstr("\nparameter 'c': at position 10"));
  EXPECT_THAT(space.error().message, HasSubstr("\na constraint of a space must be text"));
  EXPECT_THAT(space.error().message, HasSubstr("\nno key of a space 'x'"));
  EXPECT_THAT(parse_space_json("[]").error().message, HasSubstr("must be an object"));
  EXPECT_THAT(parse_space_json("{").error().message, HasSubstr("not JSON at position"));
}

constexpr const char* kDocument = R"toml(
name = "other tables are not looked at"
[space]
zeta = "loguniform(1e-5, 1e-1)"
batch = [16, 32]
epochs = 10
fast = true
word = "sgd"
momentum = { domain = "uniform(0, 1)", if = "word == 'sgd'" }
constraints = ["zeta < 0.05", "batch<64"]
[space.optimizer]
name = "choice(sgd, adam) if fast"
lr.low = 0.5
)toml";

TEST(SpaceToml, ReadsGroupsConditionsAndConstraintsInOrder) {
  const auto space = parse_space_toml(kDocument);
  ASSERT_TRUE(space.ok()) << space.error().message;
  std::vector<std::string> texts;
  for (const auto& each : space->parameters()) {
    texts.push_back(to_text(each));
  }
  EXPECT_EQ(texts,
            (std::vector<std::string>{"zeta=loguniform(1e-05, 0.1)",
                                      "batch=choice(16, 32)",
                                      "epochs=constant(10)",
                                      "fast=constant(true)",
                                      "word=constant(\"sgd\")",
                                      "momentum=uniform(0, 1) if word == \"sgd\"",
                                      "optimizer.name=choice(\"sgd\", \"adam\") if fast",
                                      "optimizer.lr.low=constant(0.5)"}));
  EXPECT_EQ(space->constraints(), (std::vector<std::string>{"zeta < 0.05", "batch < 64"}));
}

TEST(SpaceToml, ReportsEveryProblem) {
  EXPECT_THAT(parse_space_toml("[space\nx=1").error().message, HasSubstr("not TOML at line 1"));
  for (const char* unexpected : {"[ = 1", "[ .", "[[ ,", "x = {=", "x = {a.=1}", "= 1", "[a]\n]"}) {
    EXPECT_THAT(parse_space_toml(unexpected).error().message, HasSubstr("not TOML at line"));
  }
  EXPECT_THAT(parse_space_toml("space = 1").error().message, HasSubstr("write [space] above"));
  EXPECT_EQ(parse_space_toml("x = 1")->parameters().size(), 0U);
  const auto space = parse_space_toml(
      "[space]\na = 'unifrom(0, 1)'\nb = 2020-01-01\nconstraints = 'x'\n"
      "c = { domain = 'uniform(0, 1)', if = 3 }\n");
  ASSERT_FALSE(space.ok());
  EXPECT_THAT(space.error().message, HasSubstr("did you mean 'uniform'"));
  EXPECT_THAT(space.error().message, HasSubstr("\nparameter 'b' holds a date"));
  EXPECT_THAT(space.error().message, HasSubstr("\n'constraints' must be a list of texts"));
  EXPECT_THAT(space.error().message, HasSubstr("\nparameter 'c': 'if' must be text"));
}

TEST(EnvironmentName, FollowsItsRule) {
  EXPECT_EQ(environment_name("optimizer.lr-2"), "LUTHIER_PARAM_OPTIMIZER_LR_2");
}

}  // namespace
}  // namespace luthier

// The expression language: values against what Python gives, canonical text, errors, hostile input.
#include "core/expression/expression.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "luthier/rng.h"

namespace luthier {
namespace {

using testing::HasSubstr;

const NamedValues kValues = {{"a", 3},
                             {"b", 2.5},
                             {"optimizer", "sgd"},
                             {"flag", true},
                             {"layers", ValueList{64, 32}},
                             {"optimizer.lr", 0.1},
                             {"weight-decay", 0.01},
                             {"nan", std::nan("")}};

Result<Value> evaluate(std::string_view text) {
  const auto expression = parse_expression(text);
  if (!expression) {
    return expression.error();
  }
  return expression->evaluate([](std::string_view name) { return kValues.find(name); });
}

std::string shown(std::string_view text) {
  const auto value = evaluate(text);
  return value ? to_json(*value) : value.error().message;
}

TEST(Expression, AgreesWithPython) {
  const std::pair<const char*, const char*> rows[] = {
      {"1 + 2 * 3", "7"},
      {"(1 + 2) * 3", "9"},
      {"-2 ** 2", "-4"},
      {"2 ** -1", "0.5"},
      {"2 ** 3 ** 2", "512"},
      {"7 // 2", "3"},
      {"-7 // 2", "-4"},
      {"-7 % 3", "2"},
      {"7 % -3", "-2"},
      {"-7.5 // 2", "-4.0"},
      {"-7.5 % 2", "0.5"},
      {"6 / 2", "3.0"},
      {"a * 2", "6"},
      {"a * b", "7.5"},
      {"1e3", "1000.0"},
      {"round(2.5)", "2"},
      {"round(3.5)", "4"},
      {"round(2.567, 2)", "2.57"},
      {"round(1234, -2)", "1200"},
      {"floor(-2.5)", "-3"},
      {"ceil(2.1)", "3"},
      {"int(-2.9)", "-2"},
      {"float(3)", "3.0"},
      {"min(3, 1.5, 2)", "1.5"},
      {"max(layers)", "64"},
      {"abs(-3)", "3"},
      {"log(8, 2)", "3.0"},
      {"sqrt(16)", "4.0"},
      {"pow(2, 10)", "1024"},
      {"exp(0)", "1.0"},
      {"log2(8) + log10(100)", "5.0"},
      {"1 < 2 < 3", "true"},
      {"1 < 3 < 2", "false"},
      {"a == 3.0", "true"},
      {"optimizer == 'sgd' and a > 2", "true"},
      {"optimizer in ('sgd', 'adam')", "true"},
      {"optimizer not in [\"sgd\"]", "false"},
      {"64 in layers && !flag || true", "true"},
      {"not a == 3", "false"},
      {"'gd' in optimizer", "true"},
      {"a if flag else 0", "3"},
      {"1 if false else 2 if false else 3", "3"},
      {"'run-' + optimizer", "\"run-sgd\""},
      {"optimizer.lr * 10", "1.0"},
      {"`weight-decay` < 0.1", "true"},
      {"flag + 1", "2"},
      {"null == null", "true"},
      {"[1, 'x', [2]] == [1, 'x', [2]]", "true"},
      {"optimizer == 1", "false"},
      {"'\\u00e9\\n'", "\"é\\n\""},
      {".5 + 1.", "1.5"},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_EQ(shown(text), expected) << text;
  }
}

TEST(Expression, ArithmeticNeverTraps) {
  EXPECT_EQ(shown("1 / 0"), "\"Infinity\"");
  EXPECT_EQ(shown("1 // 0"), "\"NaN\"");
  EXPECT_EQ(shown("1 % 0"), "\"NaN\"");
  EXPECT_EQ(shown("(-9223372036854775807 - 1) // -1"), "9223372036854775808.0");
  EXPECT_EQ(shown("9223372036854775807 + 1"), "9223372036854775808.0");
  EXPECT_EQ(shown("10 ** 40"), "1e+40");
  EXPECT_EQ(shown("floor(1e300)"), "1e+300");
  EXPECT_EQ(shown("abs(-9223372036854775807 - 1)"), "9223372036854775808.0");
  EXPECT_EQ(shown("0 ** 9223372036854775807"), "0");
}

TEST(Expression, NanComparesFalse) {
  for (const char* text : {"nan < 1", "nan > 1", "nan <= nan", "nan == nan", "nan >= 1"}) {
    EXPECT_EQ(shown(text), "false") << text;
  }
  EXPECT_EQ(truth(Value(std::nan(""))), false);
  EXPECT_EQ(truth(Value("x")), std::nullopt);
}

TEST(Expression, OnlyWhatMattersIsLookedAt) {
  EXPECT_EQ(shown("flag or missing > 1"), "true");
  EXPECT_EQ(shown("a if flag else missing"), "3");
  const auto value = evaluate("missing + 1");
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().code, ErrorCode::not_found);
  EXPECT_EQ(value.error().message, "'missing' has no value here");
  EXPECT_EQ(evaluate("optimizer + 1").error().code, ErrorCode::invalid_argument);
}

TEST(Expression, ListsItsNames) {
  EXPECT_EQ(parse_expression("b + a * max(b, `x y`)")->names(),
            (std::vector<std::string>{"b", "a", "x y"}));
}

TEST(Expression, CanonicalTextReadsBackTheSame) {
  const std::pair<const char*, const char*> rows[] = {
      {"1+2*3", "1 + 2 * 3"},
      {"((1+2))*3", "(1 + 2) * 3"},
      {"a-(b-c)", "a - (b - c)"},
      {"(a-b)-c", "a - b - c"},
      {"(-2)**2", "(-2) ** 2"},
      {"-2**2", "-2 ** 2"},
      {"(a**b)**c", "(a ** b) ** c"},
      {"a**-b", "a ** -b"},
      {"!a&&b||c", "not a and b or c"},
      {"!(a&&b)", "not (a and b)"},
      {"(not a) == b", "(not a) == b"},
      {"a<b<=c", "a < b <= c"},
      {"(a<b)<c", "(a < b) < c"},
      {"x in('a',\"b\")", "x in [\"a\", \"b\"]"},
      {"x not  in y", "x not in y"},
      {"(a if b else c) if d else e", "(a if b else c) if d else e"},
      {"a if b else (c if d else e)", "a if b else c if d else e"},
      {"`a` + `b c`", "a + `b c`"},
      {"`in` + `a..b`", "`in` + `a..b`"},
      {"min(1,2.0,1e-7)", "min(1, 2.0, 1e-07)"},
      {"f == 'it\\'s \"q\"'", "f == \"it's \\\"q\\\"\""},
      {"- - a", "--a"},
      {"(a or b) and c", "(a or b) and c"},
  };
  for (const auto& [text, expected] : rows) {
    const auto expression = parse_expression(text);
    ASSERT_TRUE(expression.ok()) << text << ": " << expression.error().message;
    EXPECT_EQ(expression->to_text(), expected);
    const auto again = parse_expression(expected);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->to_text(), expected);
  }
}

TEST(Expression, ErrorsNamePositionAndRemedy) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "the expression is empty"},
      {"a + * b", "at position 5 of 'a + * b': expected a value, not '*'"},
      {"a = 1", "at position 3 of 'a = 1': a single '='; compare with '=='"},
      {"a ^ 2", "write a power as '**'"},
      {"(a", "expected ')', not the end"},
      {"a b", "expected an operator or the end, not 'b'"},
      {"'abc", "the text has no closing '"},
      {"'\\q'", "an unknown escape"},
      {"a == 'caf\xe9'", "this text is not UTF-8"},
      {"`caf\xe9` < 1", "this text is not UTF-8"},
      {"mim(1)", "no function 'mim'; did you mean 'min'?"},
      {"log()", "log takes 1 to 2 arguments, not 0"},
      {"sqrt(1, 2)", "sqrt takes 1 arguments, not 2"},
      {"1x", "a number is followed by a letter or dot"},
      {"1e999", "outside the range of a double"},
      {"a not b", "expected 'in', not 'b'"},
      {"a if b", "expected 'else'"},
      {"a..b", "has an empty part"},
      {"a $ b", "an unexpected character"},
      {"``", "closing backquote"},
      {"a < 'x'", "'<' does not work between 3 (an integer) and \"x\" (text)"},
      {"optimizer and a", "\"sgd\" is neither true nor false"},
      {"sqrt('x')", "sqrt takes numbers, not \"x\""},
      {"a in 3", "the right of 'in' is an integer"},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_THAT(shown(text), HasSubstr(expected)) << text;
  }
}

TEST(Expression, HostileInputIsRefusedOrEvaluated) {
  const auto repeated = [](std::string_view part, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) {
      out += part;
    }
    return out;
  };
  for (const char* part : {"(",
                           "[",
                           "-",
                           "not ",
                           "!",
                           "abs(",
                           "2**",
                           "1 if a else ",
                           "1<(",
                           "1+(",
                           "'",
                           "`",
                           "a and not (",
                           "a if ",
                           "in ",
                           "min(1,"}) {
    const auto expression = parse_expression(repeated(part, 100000) + "1");
    EXPECT_FALSE(expression.ok()) << part;
    EXPECT_LT(expression.error().message.size(), 500U);
  }
  EXPECT_TRUE(parse_expression(repeated("(", 60) + "1" + repeated(")", 60)).ok());
  EXPECT_THAT(shown(repeated("(", 70) + "1" + repeated(")", 70)), HasSubstr("64 levels"));
  EXPECT_EQ(shown(repeated("1 + ", 300) + "1"), "301");
  EXPECT_THAT(shown(repeated("1 + ", 5000) + "1"), HasSubstr("split it"));
  EXPECT_EQ(shown(repeated("1 < (", 60) + "1" + repeated(") < 1", 60)), "false");
}

TEST(Expression, RandomTextNeverBreaksTheParser) {
  Rng rng(1, "fuzz");
  const std::vector<std::string> parts = {
      "a",   "b",  "1",    "2.5",   "(",     ")",    "[",    "]",
      ",",   "+",  "-",    "*",     "**",    "/",    "//",   "%",
      "<",   "==", " in ", " not ", " and ", " or ", " if ", " else ",
      "'x'", "\"", "`",    ".",     "\\",    "min(", "\xff", std::string(1, '\0'),
      "é",   "!",  "flag", "round("};
  int parsed = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (std::uint64_t n = rng.below(9); n > 0; --n) {
      text += parts[rng.below(parts.size())];
    }
    const auto expression = parse_expression(text);
    if (!expression) {
      ASSERT_FALSE(expression.error().message.empty());
      continue;
    }
    ++parsed;
    const std::string canonical = expression->to_text();
    const auto again = parse_expression(canonical);
    ASSERT_TRUE(again.ok()) << text << " -> " << canonical;
    ASSERT_EQ(again->to_text(), canonical) << text;
    ASSERT_EQ(shown(text), shown(canonical)) << text;
  }
  EXPECT_GT(parsed, 400);
}

TEST(Expression, KnownNamesWinWhateverTheyHold) {
  const std::vector<std::string> known = {
      "val/loss", "val", "val/loss_2", "val-acc", "metrics/mAP50(B)", "1st-loss", "test loss"};
  const auto names = [&](const char* text) {
    const auto parsed = parse_expression(text, known);
    return parsed ? parsed->names() : std::vector<std::string>{parsed.error().message};
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names("val/loss < 0.5"), Names{"val/loss"});
  EXPECT_EQ(names("val/loss_2<0.5"), Names{"val/loss_2"});
  EXPECT_EQ(names("val/loss_3 < 0.5"), (Names{"val", "loss_3"}));
  EXPECT_EQ(names("val / loss < 0.5"), (Names{"val", "loss"}));
  EXPECT_EQ(names("2*val-acc-val/loss > 1"), (Names{"val-acc", "val/loss"}));
  EXPECT_EQ(names("metrics/mAP50(B) > 0.5 and min(val, 1) < 1"),
            (Names{"metrics/mAP50(B)", "val"}));
  EXPECT_EQ(names("1st-loss < test loss"), (Names{"1st-loss", "test loss"}));
  EXPECT_EQ(parse_expression("val/loss < 0.5", known)->to_text(), "`val/loss` < 0.5");
}

TEST(Expression, JoinedNamesAreDoubtfulUnlessAllAreKnown) {
  const std::vector<std::string> known = {"a", "b", "val/loss"};
  const auto joined = [&](std::string_view text) { return std::string(find_joined(text, known)); };
  EXPECT_EQ(joined("val/acc < 0.5"), "val/acc");
  EXPECT_EQ(joined("1 < top-accuracy"), "top-accuracy");
  EXPECT_EQ(joined("(x/y/z)*2 < 1"), "x/y/z");
  EXPECT_EQ(joined("a/c < 1"), "a/c");
  EXPECT_EQ(joined("val/loss/c < 1"), "val/loss/c");
  for (const char* fine : {"a/b < 1",
                           "a-b",
                           "val/loss < 1",
                           "x / y",
                           "x -y",
                           "x*y + z",
                           "x-1 < 2",
                           "`x/y` < 1",
                           "-x",
                           "2/x",
                           "min(x, y)/z",
                           "x < 'a/b'"}) {
    EXPECT_EQ(joined(fine), "") << fine;
  }
}

}  // namespace
}  // namespace luthier

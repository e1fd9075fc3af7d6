// The JSON reader: what is read, what is refused and where, hostile input.
#include "core/json.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "luthier/rng.h"

namespace luthier {
namespace {

using testing::HasSubstr;

std::string read(std::string_view text, JsonOptions options = {}) {
  const auto values = parse_json_object(text, options);
  return values ? to_json(*values) : values.error().message;
}

TEST(Json, ReadsMetricsInOrder) {
  EXPECT_EQ(
      read(R"( {"loss": 0.25, "n": 3, "ok": true, "none": null, "name": "x", "l": [1, [2.5]]} )"),
      R"({"loss": 0.25, "n": 3, "ok": true, "none": null, "name": "x", "l": [1, [2.5]]})");
  EXPECT_EQ(read("{}"), "{}");
  EXPECT_EQ(read(R"({"a": {"b": 1, "c": {"d": 2}, "e": {}}, "f": 3})"),
            R"({"a/b": 1, "a/c/d": 2, "f": 3})");
}

TEST(Json, KeepsNumbersExact) {
  EXPECT_EQ(read(R"({"a": 9007199254740993, "b": -9223372036854775808, "c": 9223372036854775808})"),
            R"({"a": 9007199254740993, "b": -9223372036854775808, "c": 9223372036854775808.0})");
  EXPECT_EQ(read(R"({"a": 1.0, "b": 1e2, "c": -0, "d": 0.1e-3})"),
            R"({"a": 1.0, "b": 100.0, "c": 0, "d": 1e-04})");
  EXPECT_EQ(read(R"({"a": 1e999, "b": -1E+400, "c": 1e-999, "d": 5e-324})"),
            R"({"a": "Infinity", "b": "-Infinity", "c": 0.0, "d": 5e-324})");
  const std::string small = "{\"a\": 0." + std::string(400, '0') + "1}";
  EXPECT_EQ(read(small), R"({"a": 0.0})");
  const std::string large = "{\"a\": 1" + std::string(400, '0') + "}";
  EXPECT_EQ(read(large), R"({"a": "Infinity"})");
}

TEST(Json, SpecialNumbersAreAnOption) {
  const auto values =
      parse_json_object(R"({"a": NaN, "b": -Infinity, "c": "Infinity", "d": [NaN], "e": "nan"})",
                        {.special_numbers = true});
  ASSERT_TRUE(values.ok()) << values.error().message;
  EXPECT_TRUE(std::isnan(values->number("a")));
  EXPECT_EQ(values->number("b"), -HUGE_VAL);
  EXPECT_EQ(values->number("c"), HUGE_VAL);
  EXPECT_EQ(values->text("e"), "nan");
  EXPECT_FALSE(parse_json_object(R"({"a": NaN})").ok());
  EXPECT_EQ(parse_json_object(R"({"a": "NaN"})")->text("a"), "NaN");
}

TEST(Json, LastOfEqualKeysCounts) {
  EXPECT_EQ(read(R"({"a": 1, "b": 2, "a": 3})"), R"({"a": 3, "b": 2})");
  EXPECT_EQ(read(R"({"a": {"b": 1}, "a/b": 2})"), R"({"a/b": 2})");
  std::string many = "{\"x\": 0";
  for (int i = 0; i < 20000; ++i) {
    many += ", \"k" + std::to_string(i % 10000) + "\": " + std::to_string(i);
  }
  const auto values = parse_json_object(many + ", \"x\": 7}");
  ASSERT_TRUE(values.ok());
  EXPECT_EQ(values->size(), 10001U);
  EXPECT_EQ(values->begin()->first, "x");
  EXPECT_EQ(values->integer("x"), 7);
  EXPECT_EQ(values->integer("k9999"), 19999);
}

TEST(Json, DecodesText) {
  EXPECT_EQ(*parse_json_object(R"({"a": "\u00e9\ud83d\ude00\n\/\"\\\b"})")->find("a"),
            Value("\xC3\xA9\xF0\x9F\x98\x80\n/\"\\\b"));
  EXPECT_EQ(*parse_json_object(R"({"a": "\ud83d x \ude00"})")->find("a"),
            Value("\xEF\xBF\xBD x \xEF\xBF\xBD"));
  EXPECT_EQ(*parse_json_object("{\"a\": \"x\xFFy\"}")->find("a"), Value("x\xEF\xBF\xBDy"));
  EXPECT_EQ(parse_json_object(R"({"a": "x\u0000y"})")->text("a"), std::string("x\0y", 3));
}

TEST(Json, RefusesWithAPosition) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "not JSON at position 1: expected '{'"},
      {"[1]", "position 1: expected '{'"},
      {"{\"a\": 1", "position 8: expected ',' or '}'"},
      {"{\"a\" 1}", "position 6: expected ':' after a key"},
      {"{a: 1}", "position 2: expected a key in double quotes"},
      {"{\"a\": 1,}", "position 9: expected a key in double quotes"},
      {"{\"a\": [1,]}", "position 10: expected a value"},
      {"{\"a\": 01}", "a number starts with 0"},
      {"{\"a\": 1.}", "position 9: expected a digit"},
      {"{\"a\": .5}", "expected a value"},
      {"{\"a\": +1}", "expected a value"},
      {"{\"a\": -}", "expected a digit"},
      {"{\"a\": 1e}", "expected a digit"},
      {"{\"a\": tru}", "expected a value"},
      {"{\"a\": \"x}", "the text has no closing quote"},
      {"{\"a\": \"\n\"}", "a control character inside text"},
      {"{\"a\": \"\\x\"}", "an unknown escape"},
      {"{\"a\": \"\\u12g4\"}", "an unknown escape"},
      {"{\"a\": 1} x", "position 10: expected the end"},
      {"{\"a\": [{}]}", "an object inside a list"},
      {"{\"a\":", "expected a value, not the end"},
  };
  for (const auto& [text, expected] : rows) {
    EXPECT_THAT(read(text), HasSubstr(expected)) << text;
  }
}

TEST(Json, HostileInputIsRefused) {
  EXPECT_THAT(read("{\"a\":" + std::string(1000000, '[')), HasSubstr("deeper than 64 levels"));
  std::string objects;
  for (int i = 0; i < 100000; ++i) {
    objects += "{\"a\":";
  }
  EXPECT_THAT(read(objects), HasSubstr("deeper than 64 levels"));
  EXPECT_THAT(parse_json(objects).error().message, HasSubstr("deeper than 64 levels"));
  Rng rng(1, "fuzz");
  constexpr std::string_view kBytes = "{}[]\":,0123456789.eE+-truefalsn\\u \n\xff\x80";
  for (int i = 0; i < 20000; ++i) {
    std::string text = "{\"a\":";
    for (std::uint64_t n = rng.below(12); n > 0; --n) {
      text += kBytes[rng.below(kBytes.size())];
    }
    text += rng.below(2) == 0 ? "}" : "";
    const auto flat = parse_json_object(text, {.special_numbers = true});
    const auto tree = parse_json(text, {.special_numbers = true});
    if (flat) {
      ASSERT_TRUE(tree.ok()) << text;
      const auto again = parse_json_object(to_json(*flat), {.special_numbers = true});
      ASSERT_TRUE(again.ok()) << text;
      ASSERT_EQ(*again, *flat) << text;
    }
  }
}

TEST(Json, TreesKeepEverything) {
  const auto json = parse_json(R"({"a": [1, {"b": null}], "c": {}, "a": 2})");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->members.size(), 3U);
  EXPECT_EQ(json->find("a")->value, Value(2));
  EXPECT_EQ(json->members[0].second.items[1].find("b")->value, Value());
  EXPECT_EQ(json->members[0].second.to_value(), std::nullopt);
  EXPECT_EQ(json->find("d"), nullptr);
  EXPECT_EQ(parse_json("[1, [\"x\"]]")->to_value(), Value(ValueList{1, ValueList{"x"}}));
}

}  // namespace
}  // namespace luthier

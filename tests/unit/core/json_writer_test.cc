#include "core/json_writer.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "core/json.h"
#include "luthier/rng.h"
#include "luthier/trial.h"

namespace luthier {
namespace {

template <class T>
std::string json(const T& value) {
  std::string out;
  JsonWriter(out).value(value);
  return out;
}

TEST(JsonWriter, SeparatesWhatStandsSideBySide) {
  std::string out = "before ";
  JsonWriter writer(out);
  writer.object().field("a", 1).key("list").list().value(1).list().end().object().end().end();
  writer.key("object").object().field("b", "c").end().raw_field("raw", "[1, 2]").end();
  EXPECT_EQ(out, R"(before {"a": 1, "list": [1, [], {}], "object": {"b": "c"}, "raw": [1, 2]})");
}

TEST(JsonWriter, WritesEachKindOfValue) {
  EXPECT_EQ(json(true), "true");
  EXPECT_EQ(json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(json(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(json(0.1), "0.1");
  EXPECT_EQ(json(2.0), "2.0");
  EXPECT_EQ(json(std::nan("")), "\"NaN\"");
  EXPECT_EQ(json(-std::numeric_limits<double>::infinity()), "\"-Infinity\"");
  EXPECT_EQ(json("a \"b\"\n"), R"("a \"b\"\n")");
  EXPECT_EQ(json(TrialState::paused), "\"paused\"");
  EXPECT_EQ(json(std::optional<double>()), "null");
  EXPECT_EQ(json(std::optional<double>(1)), "1.0");
  EXPECT_EQ(json(std::vector<std::string>{"a", "b"}), R"(["a", "b"])");
  EXPECT_EQ(json(std::vector<std::optional<int>>{1, std::nullopt}), "[1, null]");
  EXPECT_EQ(json(std::map<std::string, double>{{"a", 1}, {"b", 0.5}}), R"({"a": 1.0, "b": 0.5})");
  EXPECT_EQ(json(NamedValues{{"x", 1}, {"y", ValueList{true, "t"}}}),
            R"({"x": 1, "y": [true, "t"]})");
  EXPECT_EQ(json(std::vector<NamedValues>{}), "[]");
}

// Writes a value at random, and says what reading it back must give.
Json random_json(Rng& rng, int depth, JsonWriter& writer) {
  Json json;
  switch (rng.below(depth < 5 ? 5 : 3)) {
    case 0: {
      const double number = rng.normal() * std::pow(10.0, static_cast<double>(rng.below(40)) - 20);
      writer.value(number);
      json.value = number;
      return json;
    }
    case 1: {
      const auto number = static_cast<std::int64_t>(rng.bits());
      writer.value(number);
      json.value = number;
      return json;
    }
    case 2: {
      std::string text;
      for (std::uint64_t i = rng.below(8); i > 0; --i) {
        text += static_cast<char>(1 + rng.below(126));
      }
      writer.value(text);
      json.value = text;
      return json;
    }
    case 3:
      json.kind = Json::Kind::list;
      writer.list();
      for (std::uint64_t i = rng.below(4); i > 0; --i) {
        json.items.push_back(random_json(rng, depth + 1, writer));
      }
      writer.end();
      return json;
    default:
      json.kind = Json::Kind::object;
      writer.object();
      for (std::uint64_t i = rng.below(4); i > 0; --i) {
        const std::string key = "key \"" + std::to_string(i) + "\"";
        writer.key(key);
        json.members.emplace_back(key, random_json(rng, depth + 1, writer));
      }
      writer.end();
      return json;
  }
}

bool same(const Json& a, const Json& b) {
  bool equal = a.kind == b.kind && a.value == b.value && a.items.size() == b.items.size() &&
               a.members.size() == b.members.size();
  for (std::size_t i = 0; equal && i < a.items.size(); ++i) {
    equal = same(a.items[i], b.items[i]);
  }
  for (std::size_t i = 0; equal && i < a.members.size(); ++i) {
    equal =
        a.members[i].first == b.members[i].first && same(a.members[i].second, b.members[i].second);
  }
  return equal;
}

TEST(JsonWriter, TheReaderReadsWhatItWrites) {
  Rng rng(1, "json_writer");
  for (int i = 0; i < 2000; ++i) {
    std::string out;
    JsonWriter writer(out);
    const Json written = random_json(rng, 0, writer);
    const auto read = parse_json(out);
    ASSERT_TRUE(read.ok()) << out << " " << read.error().message;
    ASSERT_TRUE(same(*read, written)) << out;
  }
}

}  // namespace
}  // namespace luthier

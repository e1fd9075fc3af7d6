// Depth of TOML seen before it is parsed: whatever form the nesting has, and nothing else.
#include "core/space/toml_nesting.h"

#include <string>

#include <gtest/gtest.h>

#include "core/space/space_toml.h"

namespace luthier {
namespace {

std::string times(int count, const std::string& text) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    out += text;
  }
  return out;
}

TEST(TomlNesting, FindsTheLineOfEachForm) {
  const std::string key = "a" + times(100, ".a");
  EXPECT_EQ(too_deeply_nested_line(key + " = 1"), 1);
  EXPECT_EQ(too_deeply_nested_line("b = 1\n[" + key + "]\n"), 2);
  EXPECT_EQ(too_deeply_nested_line("[[" + key + "]]\n"), 1);
  EXPECT_EQ(too_deeply_nested_line("\n\n'x'" + times(100, " . \"a.b\"") + " = 1"), 3);
  EXPECT_EQ(too_deeply_nested_line("b = " + times(100, "[")), 1);
  EXPECT_EQ(too_deeply_nested_line("b = " + times(100, "{c = ")), 1);
  const std::string half = "a" + times(60, ".a");
  EXPECT_EQ(too_deeply_nested_line("[" + half + "]\n" + half + " = 1"), 2);
  EXPECT_EQ(too_deeply_nested_line("b = {" + half + " = {" + half + " = 1}}"), 1);
  EXPECT_EQ(too_deeply_nested_line("b = [\n1,\n{" + half + " = {" + half + " = 1}}]"), 3);
}

TEST(TomlNesting, OnlyWhatIsNestedCounts) {
  const std::string half = "a" + times(60, ".a");
  const std::string dots = times(500, ".");
  for (const std::string& flat : {"# " + dots + "\nb = 1",
                                  "b = \"" + dots + "\\\"" + dots + "\"",
                                  "b = '" + dots + "'",
                                  "b = '''\n" + dots + "''' # " + dots,
                                  "b = \"\"\"\n" + dots + "\\\n\"\"\"",
                                  "b = [" + times(500, "1.5, ") + "]",
                                  "b = [" + times(500, "{c.d = 1}, ") + "]",
                                  times(500, "[a.b]\nc.d = 1.5\n"),
                                  "[" + half + "]\nb = 1\n[c]\n" + half + " = 1",
                                  half + " = 1\n" + half + ".b = 2.5\n"}) {
    EXPECT_EQ(too_deeply_nested_line(flat), std::nullopt) << flat;
  }
}

TEST(TomlNesting, ASpaceIsRefusedWithASentence) {
  const auto space = parse_space_toml("[space]\n" + times(50'000, "a.") + "a = 'uniform(0, 1)'");
  ASSERT_FALSE(space);
  EXPECT_EQ(space.error().message,
            "line 2: names and brackets are nested deeper than 100 levels; flatten them");
}

TEST(TomlNesting, WhatEndsTooSoonEnds) {
  const std::string text = "b.c = ['x', \"\\\"\", '''y''', {d = 1}] # z";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    EXPECT_EQ(too_deeply_nested_line(std::string_view(text).substr(0, size)), std::nullopt);
  }
}

}  // namespace
}  // namespace luthier

#include "cli/table.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace luthier::cli {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  Table table({{"name"}, {"loss", Table::Align::right}});
  table.add({"a", "0.5"});
  table.add({"longer", "12.25"});
  EXPECT_EQ(table.text(),
            "name     loss\n"
            "a         0.5\n"
            "longer  12.25\n");
}

TEST(Table, WideCharactersCountTwice) {
  Table table({{"n"}, {"x"}});
  table.add({"\u6f22\u5b57", "1"});
  table.add({"abcd", "2"});
  EXPECT_EQ(table.text(), "n     x\n\u6f22\u5b57  1\nabcd  2\n");
}

TEST(Table, NothingInACellReachesTheTerminal) {
  Table table({{"n"}});
  table.add({"\x1b]0;evil\x07\nnext\u202e"});
  const std::string text = table.text();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\u202e"), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST(Table, LongCellsAreCutButForTheLastColumn) {
  Table table({{"a"}, {"b"}});
  table.limit(5);
  table.add({"abcdefghij", "abcdefghij"});
  EXPECT_EQ(table.text(), "a      b\nabcd\u2026  abcdefghij\n");
}

}  // namespace
}  // namespace luthier::cli

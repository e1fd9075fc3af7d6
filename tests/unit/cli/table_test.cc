#include "cli/output/table.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/terminal_text.h"
#include "base/text.h"

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

TEST(Table, FitsTheTerminalByCuttingTexts) {
  Table table({{"trial"}, {"loss", Table::Align::right}, {"reason"}});
  table.add({"00000", "0.125", "worse than the best third of four results at iteration one"});
  EXPECT_EQ(table.text(30),
            "trial   loss  reason\n"
            "00000  0.125  worse than the …\n");
  EXPECT_EQ(table.text(0), table.text(1000));
}

TEST(Table, LeavesOutNumbersFromTheRightWhereCuttingIsNotEnough) {
  std::vector<Table::Column> columns = {{"trial"}};
  std::vector<std::string> cells = {"00000"};
  for (int i = 0; i < 20; ++i) {
    columns.push_back({"parameter" + std::to_string(i), Table::Align::right});
    cells.push_back(std::to_string(i));
  }
  Table table(std::move(columns));
  table.add(cells);
  EXPECT_EQ(table.text(36),
            "trial  parameter0  parameter1  …\n"
            "00000           0           1  …\n");
}

TEST(Table, NoLineIsWiderThanTheTerminal) {
  Table table({{"a"}, {"b", Table::Align::right}, {"c"}, {"d", Table::Align::right}});
  table.add({"text of some length", "123456", "another text of some length", "1"});
  table.add({"\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57", "1", "x", "123456789"});
  for (int columns = 1; columns < 90; ++columns) {
    for (const auto& line : split(table.text(columns), '\n')) {
      EXPECT_LE(display_width(line), columns) << columns << ": " << line;
    }
  }
}

}  // namespace
}  // namespace luthier::cli

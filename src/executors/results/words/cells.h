// The cells of a line of a table, and what parts them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "executors/results/words/amount.h"

namespace luthier {

enum class Parting : unsigned char { bars, tabs, commas, semicolons, columns, blanks };

struct Cell {
  std::string_view text;
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<Cell> cells_of(std::string_view line, Parting parting);
bool has_bars(std::string_view line);
// A line that only parts others: ---, ===, +---+, |:--|, box drawings.
bool is_rule(std::string_view line);
// The number that a cell is, with its unit: "2.31 ns".
std::optional<Amount> amount_of(std::string_view cell);

}  // namespace luthier

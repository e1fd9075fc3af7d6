#include "executors/results/words/cells.h"

#include <algorithm>

namespace luthier {
namespace {

constexpr std::size_t kMostColumns = 100;

constexpr std::string_view kBars[] = {"|", "\xE2\x94\x82", "\xE2\x94\x83"};

std::size_t bar_at(std::string_view line, std::size_t at) {
  for (const auto bar : kBars) {
    if (line.substr(at).starts_with(bar)) {
      return bar.size();
    }
  }
  return 0;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\"'*");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t\"'*") - begin + 1);
}

// The length of what parts two cells at `at`; 0 for nothing.
std::size_t parting_at(std::string_view line, std::size_t at, Parting parting) {
  if (parting == Parting::bars) {
    return bar_at(line, at);
  }
  if (parting < Parting::columns) {
    const char sign = parting == Parting::tabs ? '\t' : parting == Parting::commas ? ',' : ';';
    return line[at] == sign ? 1 : 0;
  }
  if (line[at] != ' ' && line[at] != '\t') {
    return 0;
  }
  const auto next = std::min(line.find_first_not_of(" \t", at), line.size());
  const bool wide = next - at > 1 || line[at] == '\t' || parting == Parting::blanks;
  return wide || next == line.size() || at == 0 ? next - at : 0;
}

}  // namespace

bool has_bars(std::string_view line) {
  return std::ranges::any_of(
      kBars, [&](std::string_view bar) { return line.find(bar) != std::string_view::npos; });
}

bool is_rule(std::string_view line) {
  bool any = false;
  for (const char c : line) {
    if (std::string_view(" \t|:+").find(c) != std::string_view::npos) {
      continue;
    }
    if (std::string_view("-=_*").find(c) == std::string_view::npos &&
        static_cast<unsigned char>(c) < 0x80) {
      return false;
    }
    any = true;
  }
  return any;
}

std::optional<Amount> amount_of(std::string_view cell) {
  auto amount = leading_amount(cell);
  if (!amount || amount->length == cell.size()) {
    return amount;
  }
  const auto rest = cell.substr(amount->length);
  if (rest.front() != ' ' || !is_unit(rest.substr(1))) {
    return std::nullopt;
  }
  amount->unit = rest.substr(1);
  return amount;
}

std::vector<Cell> cells_of(std::string_view line, Parting parting) {
  std::vector<Cell> cells;
  const auto add = [&](std::size_t begin, std::size_t end) {
    const auto text = trimmed(line.substr(begin, end - begin));
    const auto from = text.empty() ? begin : static_cast<std::size_t>(text.data() - line.data());
    cells.push_back({text, from, from + text.size()});
  };
  std::size_t begin = 0;
  for (std::size_t at = 0; at < line.size() && cells.size() <= kMostColumns;) {
    const std::size_t size = parting_at(line, at, parting);
    if (size == 0) {
      ++at;
      continue;
    }
    add(begin, at);
    at += size;
    begin = at;
  }
  add(begin, line.size());
  const bool outer = parting == Parting::bars || parting >= Parting::columns;
  if (outer && !cells.empty() && cells.front().text.empty()) {
    cells.erase(cells.begin());
  }
  if (outer && !cells.empty() && cells.back().text.empty()) {
    cells.pop_back();
  }
  return cells;
}

}  // namespace luthier

#include "executors/results/lines/tables.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "executors/results/words/amount.h"

namespace luthier {
namespace {

constexpr std::size_t kLongestHeader = 1000;
constexpr std::size_t kLongestColumn = 64;
constexpr int kMostMisses = 30;  // lines that are no rows, after which a table has ended

bool is_blank_line(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

// What a bar adds to a row or header: "...  mAP50-95): 100%|███| 4/4".
std::string_view without_bar(std::string_view line) {
  const auto bar = line.find("%|");
  if (bar == std::string_view::npos) {
    return line;
  }
  const auto begin = line.find_last_not_of("0123456789. ", bar - (bar > 0 ? 1 : 0));
  return begin != std::string_view::npos && line[begin] == ':' ? line.substr(0, begin) : line;
}

bool looks_like_number(std::string_view cell) {
  return amount_of(cell).has_value();
}

bool has_letter(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

// A word that names a row, not a time (00:12) or a mark (*).
bool is_label(std::string_view cell) {
  return has_letter(cell) && !is_amount(cell) && cell.find(':') == std::string_view::npos;
}

bool is_label_of_all(std::string_view cell) {
  const auto word = lower_case(cell);
  return word == "all" || word == "total" || word == "overall" || word == "mean" || word == "avg" ||
         word == "average";
}

bool is_plain_value(std::string_view column) {
  return std::ranges::all_of(words_of(column),
                             [](const std::string& word) { return is_filler(word); });
}

}  // namespace

void Tables::other() {
  candidate_.clear();
  misses_ += header_.empty() ? 0 : 1;
}

void Tables::pass(std::string_view line) {
  if (is_blank_line(line)) {
    ++blank_lines_;
  } else if (!is_rule(line)) {
    blank_lines_ = 0;
    candidate_ = line.size() <= kLongestHeader ? line : std::string_view();
  }
}

std::vector<Mention> Tables::line(std::string_view line, bool anew) {
  line = without_bar(line);
  if (is_blank_line(line)) {
    ++blank_lines_;
    return {};
  }
  if (is_rule(line) || line.size() > kLongestHeader) {
    return {};
  }
  const bool may_begin = !candidate_.empty() && blank_lines_ <= 1;
  // A header that can't be prose begins a table of its own.
  if (may_begin) {
    begin_table(line, !anew);
  }
  auto mentions = header_.empty() ? std::vector<Mention>() : row(line);
  if (mentions.empty() && may_begin && begin_table(line, false)) {
    mentions = row(line);
  }
  blank_lines_ = 0;
  if (!mentions.empty()) {
    misses_ = 0;
    candidate_.clear();
    return mentions;
  }
  if (!header_.empty() && ++misses_ > kMostMisses) {
    header_.clear();
  }
  candidate_ = line;
  return mentions;
}

// Whether the line before `row` names its columns.
bool Tables::begin_table(std::string_view row, bool clear_only) {
  const std::string before = candidate_;
  if (has_bars(before) && has_bars(row)) {
    return take_header(Parting::bars, Parting::bars, row);
  }
  for (const auto& [parting, sign] : {std::pair(Parting::tabs, '\t'),
                                      std::pair(Parting::commas, ','),
                                      std::pair(Parting::semicolons, ';')}) {
    if (before.find(sign) != std::string::npos && row.find(sign) != std::string_view::npos &&
        take_header(parting, parting, row)) {
      return true;
    }
  }
  for (const auto header : {Parting::columns, Parting::blanks}) {
    if (header == Parting::blanks && clear_only) {
      return false;
    }
    for (const auto parting : {Parting::columns, Parting::blanks}) {
      if (take_header(header, parting, row)) {
        return true;
      }
    }
  }
  return false;
}

bool Tables::take_header(Parting header, Parting row, std::string_view line) {
  const auto names = cells_of(candidate_, header);
  const auto cells = cells_of(line, row);
  const auto numbers =
      std::ranges::count_if(cells, [](const Cell& cell) { return looks_like_number(cell.text); });
  const bool fewer = row == Parting::columns && cells.size() >= 3 && cells.size() < names.size();
  const bool fits = fewer || cells.size() == names.size() || cells.size() == names.size() + 1;
  const auto percentiles = std::ranges::count_if(names, [](const Cell& cell) {
    return cell.text.ends_with('%') && looks_like_number(cell.text);
  });
  if (names.empty() || numbers == 0 || !fits || std::ranges::any_of(names, [](const Cell& cell) {
        return (looks_like_number(cell.text) && !cell.text.ends_with('%')) ||
               cell.text.size() > kLongestColumn || cell.text.find('=') != std::string_view::npos;
      })) {
    return false;
  }
  if (percentiles * 2 > static_cast<std::ptrdiff_t>(names.size()) ||
      (fewer && !is_label(cells.front().text))) {
    return false;
  }
  if (names.size() == 1 && header != Parting::blanks) {
    return false;
  }
  std::vector<Column> columns;
  for (const auto& cell : names) {
    columns.push_back({std::string(cell.text), cell.begin, cell.end});
  }
  const auto before = std::exchange(header_, std::move(columns));
  const auto parting_before = std::exchange(parting_, row);
  const bool aligned_before = std::exchange(aligned_, header == Parting::columns);
  if (this->row(line).empty()) {
    header_ = before;
    parting_ = parting_before;
    aligned_ = aligned_before;
    return false;
  }
  return true;
}

// No number stands below the name of another column than its own.
bool Tables::under_their_names(const std::vector<Cell>& cells) const {
  const std::size_t extra = cells.size() - header_.size();
  const auto below = [](const Cell& cell, const Column& column) {
    return cell.begin < column.end && column.begin < cell.end;
  };
  for (std::size_t i = extra; i < cells.size(); ++i) {
    if (!below(cells[i], header_[i - extra]) &&
        std::ranges::any_of(header_,
                            [&](const Column& column) { return below(cells[i], column); })) {
      return false;
    }
  }
  return true;
}

std::vector<Mention> Tables::row(std::string_view line) const {
  const auto cells = cells_of(line, parting_);
  if (std::ranges::none_of(cells, [](const Cell& cell) { return looks_like_number(cell.text); })) {
    return {};
  }
  if (cells.size() == header_.size() || cells.size() == header_.size() + 1) {
    return !aligned_ || under_their_names(cells) ? named(cells) : std::vector<Mention>();
  }
  return parting_ >= Parting::columns ? aligned(cells) : std::vector<Mention>();
}

std::vector<Mention> Tables::named(const std::vector<Cell>& cells) const {
  const std::size_t extra = cells.size() - header_.size();
  std::string label;
  std::vector<Mention> mentions;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto amount = amount_of(cells[i].text);
    if (!amount) {
      // Prose has words in every cell; a row has one that names it.
      if (i <= extra && i < 2 && is_label(cells[i].text)) {
        label = is_label_of_all(cells[i].text) ? std::string_view() : cells[i].text;
      } else if (cells[i].text.size() > kLongestColumn) {
        return {};
      }
      continue;
    }
    if (i < extra) {
      label = cells[i].text;  // an index without a name
      continue;
    }
    const std::string& column = header_[i - extra].name;
    if (column.empty()) {
      continue;
    }
    Mention mention;
    mention.name = label.empty() ? column : formatted("{} {}", label, column);
    mention.value = amount->value;
    mention.unit = amount->unit;
    mention.form = MentionForm::table;
    // What a row is about is its value or mean.
    if (mentions.empty() && !label.empty() && is_plain_value(column)) {
      Mention first = mention;
      first.name = label;
      first.form = MentionForm::row;
      first.only_if_wanted = true;
      mentions.push_back(std::move(first));
    }
    mentions.push_back(std::move(mention));
  }
  return mentions;
}

// A row with fewer cells than columns: each number belongs to the column it stands under, and the
// first is also what the row's label names.
std::vector<Mention> Tables::aligned(const std::vector<Cell>& cells) const {
  if (cells.size() < 2 || cells.size() > header_.size() || !is_label(cells.front().text)) {
    return {};
  }
  const std::string label(cells.front().text);
  std::vector<Mention> mentions;
  for (std::size_t i = 1; i < cells.size(); ++i) {
    const auto amount = amount_of(cells[i].text);
    if (!amount && has_letter(cells[i].text)) {
      continue;
    }
    const auto column = std::ranges::find_if(header_, [&](const Column& one) {
      return cells[i].begin < one.end && one.begin < cells[i].end;
    });
    if (!amount || column == header_.end()) {
      return {};
    }
    Mention mention{.name = formatted("{} {}", label, column->name), .value = amount->value};
    mention.unit = amount->unit;
    mention.form = MentionForm::table;
    mentions.push_back(std::move(mention));
    if (mentions.size() == 1 && i == 1) {
      Mention first = mentions.back();
      first.name = label;
      first.form = MentionForm::row;
      first.only_if_wanted = true;
      mentions.push_back(std::move(first));
    }
  }
  return mentions;
}

}  // namespace luthier

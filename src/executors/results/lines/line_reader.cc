#include "executors/results/lines/line_reader.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "executors/results/lines/bars.h"
#include "executors/results/lines/line_context.h"
#include "executors/results/lines/neighbours.h"
#include "executors/results/lines/record_reader.h"
#include "executors/results/words/amount.h"

namespace luthier {
namespace {

constexpr std::size_t kHeardBytes = std::size_t{4} << 10;  // of a line's end, for pairs
constexpr std::size_t kShownBytes = 300;                   // of a line kept for people
constexpr std::size_t kLargestBlock = std::size_t{1} << 20;
constexpr std::size_t kMostMentions = 1000;
constexpr int kLinesOfAnother = 3;
constexpr int kMostObjectsTried = 8;  // a line of braces must not cost its square

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos
             ? std::string_view()
             : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool contains_word(std::string_view text, std::string_view lower) {
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  return std::search(text.begin(), text.end(), lower.begin(), lower.end(), same) != text.end();
}

// The end of a long line, from a blank on.
std::string_view end_of(std::string_view line, std::size_t bytes) {
  if (line.size() <= bytes) {
    return line;
  }
  line.remove_prefix(line.size() - bytes);
  const auto blank = line.find(' ');
  return blank == std::string_view::npos ? line : line.substr(blank);
}

// A line of cells between bars.
bool in_bars(std::string_view line) {
  constexpr std::string_view kBars[] = {"|", "\xE2\x94\x82", "\xE2\x94\x83"};
  return std::ranges::any_of(kBars, [&](std::string_view bar) {
    return line.starts_with(bar) && line.ends_with(bar) && line.size() > 2 * bar.size();
  });
}

std::vector<std::string> last_words_of(const std::vector<WantedName>& names) {
  std::vector<std::string> words;
  for (const auto& name : names) {
    words.push_back(name.last);
  }
  return words;
}

// The same for lines that differ only in digits (FNV-1a).
std::uint64_t form_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
  }
  return hash;
}

struct Object {
  NamedValues record;
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::optional<Object> object_in(std::string_view line) {
  std::size_t at = 0;
  for (int tries = 0; tries < kMostObjectsTried; ++tries) {
    at = line.find('{', at);
    if (at == std::string_view::npos) {
      return std::nullopt;
    }
    std::size_t used = 0;
    if (auto record = read_record(line.substr(at), &used, true); record && !record->empty()) {
      return Object{*std::move(record), at, at + used};
    }
    ++at;
  }
  return std::nullopt;
}

Mention mention_of(const NamedValues::Entry& entry) {
  return {.name = entry.first, .value = entry.second, .form = MentionForm::record};
}

bool ends_in_counter(std::string_view name) {
  const auto words = words_of(name);
  return !words.empty() && is_counter(words.back());
}
bool ends_in_epoch(std::string_view name) {
  const auto words = words_of(name);
  return !words.empty() && is_epoch_counter(words.back());
}

}  // namespace

LineReader::LineReader(const std::vector<WantedName>& wanted,
                       const MetricPattern* pattern,
                       Reading reading)
    : wanted_(wanted), pattern_(pattern), reading_(reading), dull_(last_words_of(wanted), true) {}

void LineReader::narrow(std::vector<std::string> needles, bool tables, bool neighbours) {
  narrowed_ = true;
  needles_ = std::move(needles);
  familiar_.forget();
  dull_ = DullLines(needles_, false);
  with_tables_ = tables;
  with_neighbours_ = neighbours;
}

bool LineReader::wanted_in(std::string_view text) const {
  return std::ranges::any_of(
      wanted_, [&](const WantedName& name) { return contains_word(text, name.last); });
}

bool LineReader::relevant(std::string_view text) {
  if (narrowed_) {
    return std::ranges::any_of(needles_, [&](const std::string& needle) {
      return text.find(needle) != std::string_view::npos;
    });
  }
  return wanted_in(text) || curious(text);
}

// Lines without a wanted name are read for what else they name: the first of them all, later ones
// only if none like them came before.
bool LineReader::curious(std::string_view text) {
  constexpr int kOnlyNew = 1500;
  if (curiosity_ == 0) {
    return false;
  }
  const bool is_new = forms_.insert(form_of(text)).second;
  const bool read = is_new || curiosity_ > kOnlyNew;
  if (--curiosity_ == 0) {
    forms_ = {};
  }
  return read;
}

// Whether a line without a wanted word may say something, or end what an earlier one began.
bool LineReader::heeds_every_line() const {
  const bool curious = narrowed_ ? with_tables_ : curiosity_ > 0 || tables_.open();
  return reading_ == Reading::thorough || pattern_ != nullptr || curious || candidate_wanted_ ||
         !label_.empty() || !block_.empty() || unheard_.inside();
}

// Where no table is heard, a line is no header of the next one's.
std::size_t LineReader::skippable(std::string_view bytes) const {
  return heeds_every_line() ? 0 : dull_.skippable(bytes, !narrowed_);
}

// Whether what a line says depends on nothing but its text.
bool LineReader::may_be_familiar() const {
  return narrowed_ && label_.empty() && another_lines_ == 0 && !unheard_.inside();
}

// What a familiar line changes here: it is no header of a table.
void LineReader::say_again(const Heard& heard, const OnHeard& on_heard) {
  if (heard.mentions.front().form != MentionForm::record) {
    tables_.other();
  }
  on_heard(heard);
}

// Whether `text` was heard as an earlier line of its shape was.
bool LineReader::familiar(std::string_view text, const OnHeard& on_heard) {
  const Heard* heard = may_be_familiar() ? familiar_.recognise(text) : nullptr;
  if (heard != nullptr) {
    say_again(*heard, on_heard);
  }
  return heard != nullptr;
}

std::size_t LineReader::hear_familiar(std::string_view bytes, const OnHeard& on_heard) {
  std::size_t used = 0;
  if (pattern_ != nullptr || !block_.empty() || !may_be_familiar()) {
    return used;
  }
  std::size_t length = 0;
  while (const Heard* heard = familiar_.recognise_first(bytes.substr(used), length)) {
    say_again(*heard, on_heard);
    used += length;
  }
  return used;
}

void LineReader::learn(std::string_view text, const Heard& heard) {
  if (reading_ == Reading::quick && narrowed_ && !with_neighbours_ && !replaying_ &&
      another_lines_ == 0) {
    familiar_.learn(text, heard, needles_);
  }
}

void LineReader::line(std::string_view text, const OnHeard& on_heard) {
  if (pattern_ != nullptr) {
    if (auto mentions = pattern_->search(end_of(text, kHeardBytes)); !mentions.empty()) {
      on_heard({.mentions = std::move(mentions), .line = std::string(end_of(text, kShownBytes))});
    }
    return;
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  if (!block_.empty()) {
    block_line(text, on_heard);
  } else if (!familiar(text, on_heard) && !labelled(text, on_heard)) {
    ordinary(text, on_heard);
  }
}

// "err =", a blank line and "0.1250", as MATLAB and others show a value.
bool LineReader::labelled(std::string_view text, const OnHeard& on_heard) {
  if (!label_.empty() && !text.empty()) {
    const std::string label = std::exchange(label_, {});
    if (is_amount(trimmed(text))) {
      read_pairs(formatted("{} {}", label, trimmed(text)), on_heard);
      return true;
    }
  }
  constexpr std::size_t kLongestLabel = 80;
  const bool label = text.size() > 1 && text.size() <= kLongestLabel &&
                     (text.back() == '=' || text.back() == ':') && relevant(text);
  if (label && trimmed(text).back() == text.back()) {
    label_ = text;
  }
  return false;
}

void LineReader::ordinary(std::string_view text, const OnHeard& on_heard) {
  if (unheard_.passes_over(text)) {
    return;
  }
  if (!replaying_ && begins_block(text)) {
    block_line(text, on_heard);
    return;
  }
  const bool read = relevant(text);
  another_lines_ = text.empty() ? 0 : another_lines_;
  note_section(text);
  if (read && text.find('{') != std::string_view::npos && object(text, on_heard)) {
    return;
  }
  const bool table = with_tables_ && (read || narrowed_ || tables_.open() || candidate_wanted_);
  if (read) {
    read_pairs(end_of(text, kHeardBytes), on_heard);
  } else if (table) {
    if (auto row = table_row(text)) {
      on_heard(*row);
    }
  } else if (with_tables_) {
    tables_.pass(text);
  }
  if (tables_.candidate() == text) {
    candidate_wanted_ = with_tables_ && read && wanted_in(text);
  }
}

bool LineReader::object(std::string_view text, const OnHeard& on_heard) {
  auto object = object_in(text);
  if (!object) {
    return false;
  }
  Heard heard{.line = std::string(end_of(text, kShownBytes))};
  const auto head = end_of(text.substr(0, object->begin), kHeardBytes);
  const auto before = read_between(head);
  const bool settings = is_settings(text.substr(0, object->begin + 1));
  heard.epoch = epoch_in(head);
  take_heading(heard);
  heard.counted = before.counter;
  for (const auto& entry : object->record) {
    if (heard.mentions.size() >= kMostMentions) {
      break;
    }
    Mention mention = mention_of(entry);
    mention.data = before.data.kind != DataKind::none ? before.data : section_;
    mention.of_another = settings || before.of_another;
    mention.setting = settings;
    mention.final = before.final;
    if (ends_in_epoch(mention.name)) {
      heard.epoch = mention.value.number();
      heard.epoch_mention = heard.mentions.size();
    }
    heard.counted = heard.counted || ends_in_counter(mention.name);
    heard.mentions.push_back(std::move(mention));
  }
  learn(text, heard);
  on_heard(heard);
  return true;
}

// A line that ends with an open brace, as indented JSON does.
bool LineReader::begins_block(std::string_view text) const {
  return !text.empty() && text.back() == '{' && text.size() < kHeardBytes;
}

void LineReader::block_line(std::string_view text, const OnHeard& on_heard) {
  if (block_ends_.size() == 1) {
    // Only an object goes on with a quoted name.
    const auto member = trimmed(text);
    if (!member.empty() &&
        std::string_view("\"'}{[").find(member.front()) == std::string_view::npos) {
      give_up_block(on_heard);
      ordinary(text, on_heard);
      return;
    }
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      block_quoted_ = !block_quoted_;
    } else if (c == '\\') {
      ++i;
    } else if (!block_quoted_) {
      block_depth_ += c == '{' ? 1 : c == '}' ? -1 : 0;
    }
  }
  block_ += text;
  block_ += '\n';
  block_ends_.push_back(block_.size());
  if (block_.size() > kLargestBlock) {
    give_up_block(on_heard);
  } else if (block_depth_ <= 0) {
    const std::string block = std::exchange(block_, {});
    const bool read = object(block, on_heard);
    if (!read) {
      block_ = block;
    }
    give_up_block(on_heard);
  }
}

// Its lines are read one by one.
void LineReader::give_up_block(const OnHeard& on_heard) {
  const std::string block = std::exchange(block_, {});
  const auto ends = std::exchange(block_ends_, {});
  block_depth_ = 0;
  block_quoted_ = false;
  if (block.empty()) {
    return;
  }
  replaying_ = true;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    ordinary(std::string_view(block).substr(begin, end - begin - 1), on_heard);
    begin = end;
  }
  replaying_ = false;
}

void LineReader::read_pairs(std::string_view text, const OnHeard& on_heard) {
  const int another_lines = another_lines_;
  auto placed = pairs_of(text);
  const bool told = !placed.empty();
  if (with_neighbours_) {
    add_neighbours(text, placed);
  }
  const bool cells = told && in_bars(trimmed(text));
  auto row = (!told || cells) && with_tables_ ? table_row(text) : std::optional<Heard>();
  if (told && !cells) {
    tables_.other();
  }
  Heard heard{.line = std::string(end_of(text, kShownBytes))};
  place(text, placed, heard);
  if (another_lines > 0 && (told || row)) {
    --another_lines_;
  }
  if (row && (placed.empty() || asked_for(*row) || !asked_for(heard))) {
    on_heard(*row);
  } else if (!heard.mentions.empty()) {
    if (!cells) {
      learn(text, heard);
    }
    on_heard(heard);
  }
}

bool LineReader::asked_for(const Heard& heard) const {
  return std::ranges::any_of(heard.mentions, [&](const Mention& mention) {
    return std::ranges::any_of(wanted_, [&](const WantedName& wanted) {
      return likeness(wanted, mention, read_name(mention.name)).has_value();
    });
  });
}

// Numbers beside names are heard only for wanted names that the line has in no better form.
void LineReader::add_neighbours(std::string_view text, std::vector<PlacedMention>& placed) const {
  const std::size_t pairs = placed.size();
  const auto told_by = [&](const WantedName& wanted, MentionForm form) {
    return std::ranges::any_of(placed, [&](const PlacedMention& one) {
      return one.mention.form < form &&
             likeness(wanted, one.mention, read_name(one.mention.name)).has_value();
    });
  };
  if (std::ranges::all_of(wanted_, [&](const WantedName& wanted) {
        return told_by(wanted, MentionForm::name_value);
      })) {
    return;
  }
  for (auto& neighbour : neighbours_of(text)) {
    // A number that has a name already is that one's: "SET: 120 requests per second".
    const auto pair =
        std::find_if(placed.begin(),
                     placed.begin() + static_cast<std::ptrdiff_t>(pairs),
                     [&](const PlacedMention& one) {
                       return one.begin < neighbour.begin && neighbour.begin < one.end;
                     });
    if (pair != placed.begin() + static_cast<std::ptrdiff_t>(pairs)) {
      neighbour.mention.name = formatted("{} {}", pair->mention.name, neighbour.mention.name);
    }
    const auto read = read_name(neighbour.mention.name);
    Mention in_context = neighbour.mention;
    in_context.data = read_between(text.substr(0, neighbour.begin)).data;
    const bool wanted = std::ranges::any_of(wanted_, [&](const WantedName& name) {
      return likeness(name, in_context, read).has_value() && !told_by(name, neighbour.mention.form);
    });
    if (wanted || pairs == 0) {
      placed.push_back(std::move(neighbour));
    }
  }
  std::ranges::stable_sort(placed, {}, &PlacedMention::begin);
}

void LineReader::take_heading(Heard& heard) const {
  if (!heard.epoch) {
    heard.epoch = epoch_;
    heard.epoch_of_heading = epoch_.has_value();
  }
}

// Gives each mention the context of the words around it.
void LineReader::place(std::string_view line, std::vector<PlacedMention>& placed, Heard& heard) {
  const bool settings = is_settings(line);
  DataContext data = section_;
  bool line_of_another = settings || another_lines_ > 0;
  std::size_t at = 0;
  for (auto& [mention, begin, end] : placed) {
    const auto gap = line.substr(std::min(at, begin), begin - std::min(at, begin));
    const auto between = read_between(gap);
    const auto& own = known_names_.read(mention.name);
    if (own.data.kind != DataKind::none || between.data.kind != DataKind::none) {
      data = own.data.kind != DataKind::none ? own.data : between.data;
    }
    const bool counter = !own.words.empty() && is_counter(own.words.back());
    line_of_another =
        line_of_another || (own.of_another && counter) || (at == 0 && between.of_another);
    if (!heard.epoch && counter && is_epoch_counter(own.words.back())) {
      heard.epoch = mention.value.number();
      heard.epoch_mention = heard.mentions.size();
    }
    if (!heard.epoch && between.counter) {
      heard.epoch = epoch_in(gap);
    }
    heard.counted = heard.counted || counter || between.counter;
    mention.data = data;
    mention.of_another = line_of_another || between.of_another;
    mention.setting = settings;
    mention.final = between.final || own.final;
    at = std::max(at, end);
    if (heard.mentions.size() < kMostMentions) {
      heard.mentions.push_back(std::move(mention));
    }
  }
  take_heading(heard);
}

std::optional<Heard> LineReader::table_row(std::string_view text) {
  auto mentions = tables_.line(text, candidate_wanted_);
  if (mentions.empty()) {
    return std::nullopt;
  }
  Heard heard{.line = std::string(end_of(text, kShownBytes))};
  for (auto& mention : mentions) {
    const auto& own = known_names_.read(mention.name);
    mention.data = own.data.kind != DataKind::none ? own.data : section_;
    mention.final = own.final;
    const bool counter = !own.words.empty() && is_counter(own.words.back());
    heard.counted = heard.counted || counter;
    if (counter && is_epoch_counter(own.words.back())) {
      heard.epoch = mention.value.number();
    }
  }
  heard.mentions = std::move(mentions);
  take_heading(heard);
  return heard;
}

// A heading such as "Validation:" or "== Test ==" says what the lines below it were measured on;
// one that counts epochs begins anew.
void LineReader::note_section(std::string_view text) {
  if (!is_heading(text)) {
    return;
  }
  familiar_.forget();
  if (const auto epoch = epoch_in(text)) {
    epoch_ = epoch;
    section_ = {};
  }
  const auto between = read_between(text);
  section_ = between.data.kind != DataKind::none ? between.data : section_;
  another_lines_ = between.of_another && text.back() == ':' ? kLinesOfAnother : 0;
}

void LineReader::finish(const OnHeard& on_heard) {
  give_up_block(on_heard);
}

}  // namespace luthier

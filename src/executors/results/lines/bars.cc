#include "executors/results/lines/bars.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "executors/results/words/words.h"

namespace luthier {
namespace {

constexpr std::size_t kMostWaiting = 8;
constexpr std::size_t kSearched = 400;  // bytes of a line in which a bar begins

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct Progress {
  double value = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::optional<double> number_in(std::string_view digits) {
  return parse_number(digits);
}

std::size_t number_end(std::string_view text, std::size_t at) {
  while (at < text.size() && (is_digit(text[at]) || text[at] == '.')) {
    ++at;
  }
  return at;
}

bool blank_between(std::string_view text) {
  return text.find_first_not_of(" ") == std::string_view::npos;
}

// " 45%" at `at`.
std::optional<Progress> percent_at(std::string_view line, std::size_t at) {
  const std::size_t end = number_end(line, at);
  if (end >= line.size() || line[end] != '%') {
    return std::nullopt;
  }
  const auto number = number_in(line.substr(at, end - at));
  return number ? std::optional(Progress{*number / 100, at, end + 1}) : std::nullopt;
}

// "12/60" at `at`.
std::optional<Progress> fraction_at(std::string_view line, std::size_t at) {
  const std::size_t slash = number_end(line, at);
  if (slash >= line.size() || line[slash] != '/') {
    return std::nullopt;
  }
  const std::size_t end = number_end(line, slash + 1);
  const auto part = number_in(line.substr(at, slash - at));
  const auto whole = number_in(line.substr(slash + 1, end - slash - 1));
  if (!part || !whole || *whole <= 0 || *part > *whole) {
    return std::nullopt;
  }
  return Progress{*part / *whole, at, end};
}

// A run of what bars are drawn with, between brackets or not: `[===>...]`, `|##  |`, block and line
// characters.
bool draws_bar(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  for (const std::string_view block : {"\xE2\x96\x88",
                                       "\xE2\x94\x81",
                                       "\xE2\x95\xB8",
                                       "\xE2\x96\x8F",
                                       "\xE2\x96\x91",
                                       "\xE2\x96\x93"}) {
    if (text.starts_with(block)) {
      return true;
    }
  }
  if (text.empty() || (text.front() != '[' && text.front() != '|')) {
    return false;
  }
  const char close = text.front() == '[' ? ']' : '|';
  const auto end = text.find(close, 1);
  if (end == std::string_view::npos || end < 4) {
    return false;
  }
  return std::ranges::all_of(text.substr(1, end - 1), [](char c) {
    return std::string_view("=>.#-* ").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

bool starts_number(std::string_view line, std::size_t at) {
  return is_digit(line[at]) && (at == 0 || (!is_digit(line[at - 1]) && line[at - 1] != '.' &&
                                            line[at - 1] != '/' && !is_letter(line[at - 1])));
}

// A fraction or percentage with a bar beside it.
std::optional<Progress> drawn_progress(std::string_view line) {
  for (std::size_t at = 0; at < std::min(line.size(), kSearched); ++at) {
    if (!starts_number(line, at)) {
      continue;
    }
    for (const auto& progress : {percent_at(line, at), fraction_at(line, at)}) {
      if (progress && draws_bar(line.substr(progress->end))) {
        return progress;
      }
    }
  }
  return std::nullopt;
}

// `[=====>    ] 45%`: the bar before its number.
std::optional<Progress> progress_after_bar(std::string_view line) {
  for (auto open = line.find_first_of("[|"); open < std::min(line.size(), kSearched);
       open = line.find_first_of("[|", open + 1)) {
    if (!draws_bar(line.substr(open))) {
      continue;
    }
    const auto close = line.find(line[open] == '[' ? ']' : '|', open + 1);
    const auto at = line.find_first_not_of(' ', close + 1);
    if (at == std::string_view::npos || !is_digit(line[at])) {
      continue;
    }
    for (const auto& progress : {percent_at(line, at), fraction_at(line, at)}) {
      if (progress) {
        return Progress{progress->value, open, progress->end};
      }
    }
  }
  return std::nullopt;
}

// The progress of a line that no bar is drawn in: a percentage or fraction near its beginning that
// no epoch is counted with.
std::optional<Progress> plain_progress(std::string_view line) {
  for (std::size_t at = 0; at < std::min<std::size_t>(line.size(), 40); ++at) {
    if (line[at] == '=') {
      break;
    }
    if (!starts_number(line, at)) {
      continue;
    }
    if (const auto percent = percent_at(line, at)) {
      return percent;
    }
    const auto words = words_of(line.substr(0, at));
    if (!words.empty() && is_epoch_counter(words.back())) {
      continue;
    }
    if (const auto fraction = fraction_at(line, at)) {
      return fraction;
    }
  }
  return std::nullopt;
}

std::string without_numbers(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_digit(c) && c != '.' && c != ' ') {
      out += c;
    }
  }
  return out;
}

bool could_be_drawn(std::string_view line) {
  return line.find('|') != std::string_view::npos || line.find('[') != std::string_view::npos ||
         line.find('\xE2') != std::string_view::npos;
}

bool starts_over(const BarLine& before, const BarLine& after) {
  if (before.counter != after.counter && before.counter && after.counter) {
    return true;
  }
  return before.progress && after.progress && *after.progress < *before.progress - 1e-9;
}

bool full(const BarLine& bar) {
  return !bar.progress || *bar.progress >= 1 - 1e-9;
}

}  // namespace

std::optional<double> epoch_in(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (!is_letter(text[at])) {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < text.size() && is_letter(text[at])) {
      ++at;
    }
    if (at - start > 10 || !is_epoch_counter(lower_case(text.substr(start, at - start)))) {
      continue;
    }
    const auto digit = text.find_first_not_of(" :=#([", at);
    if (digit != std::string_view::npos && is_digit(text[digit])) {
      return number_in(text.substr(digit, number_end(text, digit) - digit));
    }
  }
  return std::nullopt;
}

BarLine read_bar(std::string_view line) {
  BarLine bar;
  std::optional<Progress> progress;
  if (could_be_drawn(line)) {
    progress = drawn_progress(line);
    progress = progress ? progress : progress_after_bar(line);
  }
  bar.drawn = progress.has_value();
  if (!progress) {
    progress = plain_progress(line);
  }
  bar.begins = progress ? progress->begin : line.size();
  const auto prefix = line.substr(0, bar.begins);
  if (progress) {
    bar.progress = progress->value;
    bar.identity = without_numbers(prefix);
  }
  bar.counter = epoch_in(prefix.substr(0, kSearched));
  return bar;
}

void Bars::line(const ScreenLine& line, const OnLine& on_line) {
  const bool ordinary_line = !line.overdrawn && !line.overdraws;
  if (ordinary_line && waiting_.empty() && !could_be_drawn(line.text)) {
    on_line(line.text);
    return;
  }
  if (blank_between(line.text)) {
    if (ordinary_line) {
      on_line(line.text);
    }
    return;
  }
  auto bar = read_bar(line.text);
  if (line.overdrawn || bar.drawn) {
    redraw(std::move(bar), line.text, on_line);
  } else {
    ordinary(line, std::move(bar), on_line);
  }
}

void Bars::redraw(BarLine bar, std::string_view text, const OnLine& on_line) {
  const auto same = std::ranges::find_if(
      waiting_, [&](const Waiting& waiting) { return waiting.bar.identity == bar.identity; });
  if (same != waiting_.end() && starts_over(same->bar, bar)) {
    same->over = true;
    release(on_line);
  } else if (same != waiting_.end()) {
    waiting_.erase(same);
  }
  if (waiting_.size() >= kMostWaiting) {
    on_line(waiting_.front().text);
    waiting_.erase(waiting_.begin());
  }
  waiting_.push_back({std::move(bar), std::string(text)});
}

void Bars::ordinary(const ScreenLine& line, BarLine bar, const OnLine& on_line) {
  if (line.overdraws && !waiting_.empty()) {
    // What ends the line that was redrawn, if it is one more redraw, stands for all of them.
    const Waiting& last = waiting_.back();
    if (last.bar.identity == bar.identity && !starts_over(last.bar, bar)) {
      waiting_.pop_back();
    }
  }
  release(on_line);
  on_line(line.text);
}

// What is full, and what has started over.
void Bars::release(const OnLine& on_line) {
  std::vector<Waiting> kept;
  for (auto& waiting : waiting_) {
    if (waiting.over || full(waiting.bar)) {
      on_line(waiting.text);
    } else {
      kept.push_back(std::move(waiting));
    }
  }
  waiting_ = std::move(kept);
}

void Bars::finish(const OnLine& on_line) {
  for (const auto& waiting : std::exchange(waiting_, {})) {
    on_line(waiting.text);
  }
}

}  // namespace luthier

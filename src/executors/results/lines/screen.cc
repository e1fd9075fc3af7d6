#include "executors/results/lines/screen.h"

#include <algorithm>

namespace luthier {
namespace {

constexpr std::size_t kLongestSequence = 64;

bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 || c == '\t';
}

// How many characters of UTF-8.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void drop_characters(std::string& text, std::size_t count) {
  while (count > 0 && !text.empty()) {
    count -= (static_cast<unsigned char>(text.back()) & 0xC0) != 0x80 ? 1 : 0;
    text.pop_back();
  }
}

}  // namespace

bool Screen::at_line_begin() const {
  return line_.empty() && escape_ == Escape::none && !returned_ && backspaces_ == 0 && !overdraws_;
}

void Screen::write(std::string_view bytes, const OnLine& on_line) {
  while (!bytes.empty()) {
    const auto plain = static_cast<std::size_t>(
        std::find_if_not(bytes.begin(), bytes.end(), is_plain) - bytes.begin());
    if (plain < bytes.size() && bytes[plain] == '\n' && plain <= kLongestLine && at_line_begin()) {
      on_line({bytes.substr(0, plain)});
      bytes.remove_prefix(plain + 1);
      continue;
    }
    if (plain > 0 && escape_ == Escape::none) {
      settle(on_line);
      append(bytes.substr(0, plain));
      bytes.remove_prefix(plain);
      continue;
    }
    byte(bytes.front(), on_line);
    bytes.remove_prefix(1);
  }
}

void Screen::byte(char c, const OnLine& on_line) {
  if (c == '\n') {
    escape_ = Escape::none;
    backspaces_ = 0;
    returned_ = false;
    end_line(false, on_line);
  } else if (escape_ != Escape::none) {
    escape(c, on_line);
  } else if (c == '\r') {
    returned_ = true;
  } else if (c == '\b') {
    ++backspaces_;
  } else if (c == '\x1b') {
    escape_ = Escape::begun;
    parameters_.clear();
  } else if (c == '\v' || c == '\f') {
    settle(on_line);
    append(" ");
  }
}

void Screen::escape(char c, const OnLine& on_line) {
  switch (escape_) {
    case Escape::none:
      return;
    case Escape::begun:
      escape_ = c == '['                                       ? Escape::sequence
                : c == ']' || c == 'P' || c == '_' || c == '^' ? Escape::title
                : c == '(' || c == ')'                         ? Escape::charset
                                                               : Escape::none;
      return;
    case Escape::sequence:
      if (c >= 0x40 && c <= 0x7E) {
        end_sequence(c, on_line);
      } else if (parameters_.size() < kLongestSequence) {
        parameters_ += c;
      } else {
        escape_ = Escape::none;
      }
      return;
    case Escape::title:
      escape_ = c == '\a' ? Escape::none : c == '\x1b' ? Escape::title_end : Escape::title;
      return;
    case Escape::title_end:
      escape_ = c == '\\' ? Escape::none : Escape::title;
      return;
    case Escape::charset:
      escape_ = Escape::none;
      return;
  }
}

// Most only colour. The cursor's way to the first column is a carriage return, the one to the top a
// new line; one to the right leaves blanks.
void Screen::end_sequence(char c, const OnLine& on_line) {
  escape_ = Escape::none;
  if (c == 'G' && (parameters_.empty() || parameters_ == "0" || parameters_ == "1")) {
    returned_ = true;
  } else if (c == 'H' || c == 'J') {
    settle(on_line);
    if (!line_.empty()) {
      end_line(true, on_line);
      overdraws_ = true;
    }
  } else if (c == 'C') {
    settle(on_line);
    append("  ");
  }
}

// Of a line that is too long the newest half stays: what is heard of it is its end.
void Screen::append(std::string_view text) {
  while (!text.empty()) {
    if (line_.size() == kLongestLine) {
      line_.erase(0, kLongestLine / 2);
      cut_ = true;
    }
    const auto part = text.substr(0, kLongestLine - line_.size());
    line_ += part;
    text.remove_prefix(part.size());
  }
}

void Screen::settle(const OnLine& on_line) {
  if (!returned_ && backspaces_ == 0) {
    return;
  }
  const bool all = returned_ || backspaces_ * 2 >= characters(line_);
  if (all) {
    if (!line_.empty()) {
      end_line(true, on_line);
      overdraws_ = true;
    }
  } else {
    drop_characters(line_, backspaces_);
  }
  returned_ = false;
  backspaces_ = 0;
}

void Screen::end_line(bool overdrawn, const OnLine& on_line) {
  on_line({line_, overdrawn, overdraws_, cut_});
  if (line_.capacity() > std::size_t{64} << 10) {
    line_ = {};
  }
  line_.clear();
  cut_ = false;
  overdraws_ = false;
}

void Screen::finish(const OnLine& on_line) {
  if (!line_.empty()) {
    end_line(returned_ || backspaces_ > 0, on_line);
  }
  returned_ = false;
  backspaces_ = 0;
}

}  // namespace luthier

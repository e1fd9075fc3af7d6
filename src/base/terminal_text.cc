#include "base/terminal_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <span>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},
    Range{0x25FD, 0x25FE},   Range{0x2614, 0x2615},   Range{0x2648, 0x2653},
    Range{0x26CE, 0x26CE},   Range{0x2705, 0x2705},   Range{0x2728, 0x2728},
    Range{0x274C, 0x274C},   Range{0x2753, 0x2757},   Range{0x2795, 0x2797},
    Range{0x2B1B, 0x2B1C},   Range{0x2B50, 0x2B50},   Range{0x2E80, 0x303E},
    Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},
    Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x16FE0, 0x18DFF}, Range{0x1AFF0, 0x1B2FF},
    Range{0x1F004, 0x1F004}, Range{0x1F18E, 0x1F19A}, Range{0x1F200, 0x1F265},
    Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF}, Range{0x1F7E0, 0x1F7EB},
    Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

constexpr std::array kZero = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489},   Range{0x0591, 0x05BD},  Range{0x0610, 0x061A},
    Range{0x064B, 0x065F}, Range{0x06D6, 0x06DC},   Range{0x0900, 0x0902},  Range{0x093C, 0x093C},
    Range{0x0941, 0x0948}, Range{0x094D, 0x094D},   Range{0x0E31, 0x0E31},  Range{0x0E34, 0x0E3A},
    Range{0x0E47, 0x0E4E}, Range{0x1AB0, 0x1AFF},   Range{0x1DC0, 0x1DFF},  Range{0x200B, 0x200D},
    Range{0x20D0, 0x20FF}, Range{0x302A, 0x302D},   Range{0x3099, 0x309A},  Range{0xFE00, 0xFE0F},
    Range{0xFE20, 0xFE2F}, Range{0x1F3FB, 0x1F3FF}, Range{0xE0100, 0xE01EF}};

bool in(std::span<const Range> ranges, char32_t c) {
  const auto after = std::ranges::upper_bound(ranges, c, {}, &Range::first);
  return after != ranges.begin() && c <= std::prev(after)->last;
}

// Sorted for the search above.
template <std::size_t kN>
std::array<Range, kN> sorted(std::array<Range, kN> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](Range a, Range b) { return a.first < b.first; });
  return ranges;
}

int width_of(char32_t code) {
  static const auto kSortedZero = sorted(kZero);
  static const auto kSortedWide = sorted(kWide);
  return in(kSortedZero, code) ? 0 : in(kSortedWide, code) ? 2 : 1;
}

void append_code(std::string& out, char32_t code) {
  std::array<char, 8> digits;
  const char* const end =
      std::to_chars(digits.data(), digits.data() + digits.size(), std::uint32_t{code}, 16).ptr;
  const std::string_view hex(digits.data(), static_cast<std::size_t>(end - digits.data()));
  if (code > 0xFF) {
    out.append("\\u{").append(hex).append("}");
  } else {
    out.append(code < 0x10 ? "\\x0" : "\\x").append(hex);
  }
}

std::string two_digits(std::int64_t number) {
  return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

std::string printable(std::string_view text) {
  const std::string valid = to_utf8(text);
  std::string out;
  for (std::string_view rest = valid; !rest.empty();) {
    const auto [code, length] = first_character(rest);
    if (code == '\n') {
      out += "\\n";
    } else if (code == '\t') {
      out += ' ';
    } else if (is_unsafe(code)) {
      append_code(out, code);
    } else {
      out += rest.substr(0, length);
    }
    rest.remove_prefix(length);
  }
  return out;
}

std::string printable_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = text.find_first_of("\n\t");
    out += printable(text.substr(0, end));
    if (end == std::string_view::npos) {
      break;
    }
    out += text[end];
    text.remove_prefix(end + 1);
  }
  return out;
}

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const auto [code, length] = first_character(text);
    width += width_of(code);
    text.remove_prefix(length);
  }
  return width;
}

std::string fit(std::string_view text, int width) {
  if (display_width(text) <= width) {
    return std::string(text);
  }
  std::string out;
  int used = 1;  // the ellipsis
  while (width > 0) {
    const auto [code, length] = first_character(text);
    used += width_of(code);
    if (used > width) {
      return out += "…";
    }
    out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

std::string pad_right(std::string_view text, int width) {
  std::string out = fit(text, width);
  out.append(static_cast<std::size_t>(std::max(width - display_width(out), 0)), ' ');
  return out;
}

std::string pad_left(std::string_view text, int width) {
  const std::string fitted = fit(text, width);
  const int blanks = std::max(width - display_width(fitted), 0);
  return std::string(static_cast<std::size_t>(blanks), ' ') + fitted;
}

std::string short_number(double number) {
  if (std::isnan(number)) {
    return "nan";
  }
  std::array<char, 40> buffer;
  auto* const end =
      std::to_chars(
          buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::general, 6)
          .ptr;
  return {buffer.data(), end};
}

std::string duration_text(double seconds) {
  if (!(seconds >= 0)) {
    return "0s";
  }
  if (seconds < 9.95) {
    const auto tenths = static_cast<std::int64_t>(std::lround(seconds * 10));
    return formatted("{}.{}s", tenths / 10, tenths % 10);
  }
  const auto whole = static_cast<std::int64_t>(std::min(std::round(seconds), 1e15));
  const auto two = [](std::int64_t large, const char* unit, std::int64_t small, const char* minor) {
    return formatted("{}{} {}{}", large, unit, two_digits(small), minor);
  };
  if (whole < 60) {
    return std::to_string(whole) + "s";
  }
  if (whole < 3600) {
    return two(whole / 60, "m", whole % 60, "s");
  }
  return whole < 86400 ? two(whole / 3600, "h", whole % 3600 / 60, "m")
                       : two(whole / 86400, "d", whole % 86400 / 3600, "h");
}

}  // namespace luthier

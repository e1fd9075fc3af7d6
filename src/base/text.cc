#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

namespace luthier {
namespace {

// Length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    return continues(1) ? 2 : 0;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && text.size() > 1 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && text.size() > 1 && byte(1) > 0x9F;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && text.size() > 1 && byte(1) < 0x90;
    const bool beyond = first == 0xF4 && text.size() > 1 && byte(1) > 0x8F;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Optimal string alignment: a swap of neighbours counts once.
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    cost[i][0] = i;
  }
  std::iota(cost[0].begin(), cost[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

void append_number(std::string& out, double number) {
  if (std::isnan(number)) {
    out += "nan";
    return;
  }
  std::array<char, 32> buffer;
  auto* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
}

std::string counted(std::int64_t count, std::string_view one) {
  return std::to_string(count).append(" ").append(one).append(count == 1 ? "" : "s");
}

std::string format_number(double number) {
  std::string out;
  append_number(out, number);
  return out;
}

std::optional<double> parse_number(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+') && !text.starts_with("+-")) {
    text.remove_prefix(1);
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  text = trim(text);
  if (text.starts_with('+') && !text.starts_with("+-")) {
    text.remove_prefix(1);
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (const auto& part : parts) {
    if (&part != parts.data()) {
      out += separator;
    }
    out += part;
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

namespace {

// Without what people confuse first: capitals, and signs between words.
std::string letters_of(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (c != '-' && c != '_' && c != ' ') {
      letters += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return letters;
}

}  // namespace

std::optional<std::string> closest_name(std::string_view name, std::span<const std::string> known) {
  const std::string letters = letters_of(name);
  for (const auto& candidate : known) {
    if (!letters.empty() && letters_of(candidate) == letters) {
      return candidate;
    }
  }
  std::optional<std::string> best;
  // One slip in a short name, two or more in longer ones.
  std::size_t best_distance = name.size() < 5 ? 2 : std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const auto& candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance && distance < std::max(name.size(), candidate.size())) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string unknown_name(std::string_view what,
                         std::string_view name,
                         std::span<const std::string> known) {
  std::string out = "no ";
  out.append(what).append(" '").append(name).append("'; ");
  if (const auto meant = closest_name(name, known)) {
    out.append("did you mean '").append(*meant).append("'? ");
  }
  return out.append("known: ").append(known.empty() ? "none" : join(known, ", "));
}

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) {
    return {byte(0), 1};
  }
  const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
  char32_t code = byte(0) & (0xFF >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    code = code << 6 | (byte(i) & 0x3F);
  }
  return {code, length};
}

bool is_unsafe(char32_t code) {
  if (code < 0x7F) {
    return code < 0x20;
  }
  struct Range {
    char32_t first;
    char32_t last;
  };
  constexpr std::array kUnsafe = {Range{0x7F, 0x9F},
                                  Range{0x061C, 0x061C},
                                  Range{0x200E, 0x200F},
                                  Range{0x2028, 0x202E},
                                  Range{0x2066, 0x2069},
                                  Range{0xFEFF, 0xFEFF},
                                  Range{0xFFF9, 0xFFFB},
                                  Range{0xE0000, 0xE007F}};
  return std::ranges::any_of(kUnsafe, [&](Range r) { return r.first <= code && code <= r.last; });
}

namespace {

void append_utf16(std::string& out, char32_t unit) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) {
    out += kHex[unit >> shift & 15];
  }
}

void append_escape(std::string& out, char32_t code) {
  if (code > 0xFFFF) {
    append_utf16(out, 0xD800 + ((code - 0x10000) >> 10));
    append_utf16(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
  } else {
    append_utf16(out, code);
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      append_utf16(out, static_cast<unsigned char>(c));
    } else if (const std::size_t length = utf8_length(text); length > 0) {
      if (const char32_t code = first_character(text).code; is_unsafe(code)) {
        append_escape(out, code);
      } else {
        out += text.substr(0, length);
      }
      text.remove_prefix(length - 1);
    } else {
      out += "\xEF\xBF\xBD";
    }
    text.remove_prefix(1);
  }
  out += '"';
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    out += length > 0 ? bytes.substr(0, length) : std::string_view("\xEF\xBF\xBD");
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace luthier

// Text the same in every locale: numbers, lists of names, suggestions for misspelt ones.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace luthier {

// Shortest decimal that reads back to the same double; "nan", "inf", "-inf".
std::string format_number(double number);
void append_number(std::string& out, double number);
// The whole of `text` as a number in the C locale ("nan", "inf" included); nothing otherwise.
std::optional<double> parse_number(std::string_view text);
std::optional<std::int64_t> parse_integer(std::string_view text);

// "1 trial", "2 trials".
std::string counted(std::int64_t count, std::string_view one);
std::string_view trim(std::string_view text);  // without white space at both ends
std::string join(std::span<const std::string> parts, std::string_view separator);
std::vector<std::string> split(std::string_view text, char separator);

// The name of `known` closest to `name` if it is close enough to be meant.
std::optional<std::string> closest_name(std::string_view name, std::span<const std::string> known);
// "no scheduler 'ahsa'; did you mean 'asha'? known: asha, fifo"
std::string unknown_name(std::string_view what,
                         std::string_view name,
                         std::span<const std::string> known);

// The first character of well-formed UTF-8.
struct Character {
  char32_t code;
  std::size_t length;
};
Character first_character(std::string_view text);
// What a terminal would obey or hide instead of showing it: control characters, marks and overrides
// of direction, separators of lines, the byte order mark, invisible tags.
bool is_unsafe(char32_t code);

// A JSON string literal with its quotes; bytes that are not UTF-8 become U+FFFD, what is unsafe on
// a terminal an escape.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

// Well-formed UTF-8: invalid bytes become U+FFFD.
std::string to_utf8(std::string_view bytes);

}  // namespace luthier

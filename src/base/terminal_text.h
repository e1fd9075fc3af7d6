// Text from trials, users and logs on a terminal: nothing in it can move the cursor, set a title or
// reorder the line, and its width in columns is known whatever the locale.
#pragma once

#include <string>
#include <string_view>

namespace luthier {

// One line that shows what `text` holds: control characters, escapes, direction overrides and line
// separators appear as \x1b or \u{202e}; line ends as \n; bytes that are not UTF-8 as U+FFFD.
std::string printable(std::string_view text);
// The same of many lines: line ends and tabs stay.
std::string printable_lines(std::string_view text);

// Columns that `text` takes, UTF-8 without control characters: 2 for East Asian wide characters and
// emoji, 0 for combining marks (Unicode Standard Annex 11, by ranges).
int display_width(std::string_view text);

// `text` in at most `width` columns: cut, with "…" at the end if anything is missing.
std::string fit(std::string_view text, int width);
// The same, filled up with blanks: at the right, or at the left for numbers.
std::string pad_right(std::string_view text, int width);
std::string pad_left(std::string_view text, int width);

std::string short_number(double number);    // six significant digits
std::string duration_text(double seconds);  // "4.2s", "1m 05s", "2h 03m", "3d 04h"

}  // namespace luthier

// Text from trials and logs on a terminal: whatever it holds, no control character and no byte that
// is not UTF-8 reaches the terminal, and cutting keeps to the width.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/terminal_text.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  Input input(data, size);
  const int width = input.byte();
  const std::string_view text = input.rest();
  const std::string line = printable(text);
  const auto is_control = [](char c) { return (c >= 0 && c < 32) || c == 127; };
  LUTHIER_CHECK(std::ranges::none_of(line, is_control), "a control character");
  LUTHIER_CHECK(printable(line) == line, "what is printable is printed as it is");
  LUTHIER_CHECK(
      std::ranges::none_of(printable_lines(text),
                           [&](char c) { return is_control(c) && c != '\n' && c != '\t'; }),
      "a control character");
  LUTHIER_CHECK(display_width(fit(line, width)) <= width, "it is too wide");
  LUTHIER_CHECK(display_width(pad_left(line, width)) == width, "it is not as wide as asked");
  return 0;
}

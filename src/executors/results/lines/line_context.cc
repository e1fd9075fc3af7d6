#include "executors/results/lines/line_context.h"

#include <algorithm>
#include <utility>

#include "executors/results/lines/bars.h"

namespace luthier {
namespace {

// A source file, a module or a path, as log lines begin with.
bool is_location(std::string_view chunk) {
  return chunk.find(".py") != std::string_view::npos ||
         chunk.find("__") != std::string_view::npos ||
         chunk.find(".cpp") != std::string_view::npos ||
         chunk.find("::") != std::string_view::npos || chunk.starts_with("INFO:") ||
         chunk.starts_with("WARNING:") || chunk.starts_with("DEBUG:") || chunk.starts_with('/');
}

void read_chunk(std::string_view chunk, Between& between) {
  if (is_location(chunk)) {
    return;
  }
  for (const auto& word : words_of(chunk)) {
    if (auto data = data_named_by(word); data.kind != DataKind::none) {
      between.data = std::move(data);
    }
    between.of_another = between.of_another || is_of_another(word);
    between.final = between.final || is_final(word);
    between.counter = between.counter || is_counter(word);
  }
}

}  // namespace

Between read_between(std::string_view text) {
  Between between;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \t|"), text.size());
    if (end > 1) {
      read_chunk(text.substr(0, end), between);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return between;
}

bool is_heading(std::string_view text) {
  constexpr std::size_t kLongestHeading = 80;
  if (text.empty() || text.size() > kLongestHeading ||
      (text.front() != '=' && text.find('=') != std::string_view::npos)) {
    return false;
  }
  const bool counts = (text.front() == 'E' || text.front() == 'e') && epoch_in(text).has_value();
  const bool marked = text.back() == ':' || text.back() == '.' ||
                      std::string_view("=-#[*>").find(text.front()) != std::string_view::npos;
  if (!counts && !marked) {
    return false;
  }
  int numbers = 0;
  bool in_number = false;
  for (const char c : text.substr(0, text.size() - 1)) {
    const bool digit = c >= '0' && c <= '9';
    numbers += digit && !in_number ? 1 : 0;
    in_number = digit;
    if (c == ':') {
      return false;
    }
  }
  return numbers == 0 || (numbers <= 2 && epoch_in(text).has_value());
}

}  // namespace luthier

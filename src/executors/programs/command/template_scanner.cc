#include "executors/programs/command/template_scanner.h"

#include <algorithm>

#include "base/text.h"

namespace luthier {
namespace {

// "key: |" and "- >-" begin a text of the lines below.
bool begins_block(std::string_view line) {
  line = trim(line);
  while (!line.empty() && std::string_view("+-0123456789").find(line.back()) != line.npos) {
    line.remove_suffix(1);
  }
  if (line.empty() || (line.back() != '|' && line.back() != '>')) {
    return false;
  }
  line = trim(line.substr(0, line.size() - 1));
  return line.ends_with(':') || line.ends_with('-');
}

}  // namespace

void TemplateScanner::begin_line(std::string_view line) {
  comment_ = false;
  escaped_ = false;
  last_ = '\0';
  blank_after_ = true;
  if (format_ != Format::yaml) {
    return;
  }
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  const bool empty = trim(line).empty();
  block_ = block_follows_ && (empty || indent > block_indent_);
  if (!block_ && !empty) {
    block_follows_ = quote_ == '\0' && begins_block(line);
    block_indent_ = indent;
  }
}

// Whether a value may begin here. In JSON and TOML every character outside of quotes is one's.
bool TemplateScanner::begins_value() const {
  if (format_ != Format::yaml) {
    return true;
  }
  switch (last_) {
    case '\0':
      return true;
    case ':':
    case '-':
    case '?':
      return blank_after_;
    case '[':
    case '{':
    case ',':
      return flow_ > 0;
    default:
      return false;
  }
}

void TemplateScanner::open_or_close(char c) {
  if (quote_ != '\0') {
    quote_ = c == quote_ ? '\0' : quote_;
    return;
  }
  const bool quotes = c == '"' || (c == '\'' && format_ != Format::json);
  // A quote within a quoted text of YAML ('it''s') closes and opens it.
  if (quotes && (begins_value() || (last_ == c && !blank_after_))) {
    quote_ = c;
  }
}

void TemplateScanner::pass(char c) {
  if (format_ == Format::text || comment_ || block_ || c == '\n') {
    return;
  }
  if (escaped_) {
    escaped_ = false;
    return;
  }
  if (quote_ == '"' && c == '\\') {
    escaped_ = true;
    return;
  }
  const bool blank = c == ' ' || c == '\t' || c == '\r';
  if (quote_ == '\0' && !blank) {
    if (c == '#' && format_ != Format::json && (blank_after_ || format_ == Format::toml)) {
      comment_ = true;
      return;
    }
    if ((c == '[' || c == '{') && begins_value()) {
      ++flow_;
    } else if (c == ']' || c == '}') {
      flow_ = std::max(0, flow_ - 1);
    }
  }
  open_or_close(c);
  last_ = blank ? last_ : c;
  blank_after_ = blank;
}

FileTemplate::Place TemplateScanner::place(std::string_view rest) {
  using Place = FileTemplate::Place;
  if (format_ == Format::text || comment_ || block_) {
    return Place::text;
  }
  if (quote_ != '\0') {
    return quote_ == '"' ? Place::double_quotes : Place::single_quotes;
  }
  const bool begins = begins_value();
  last_ = 'x';
  blank_after_ = false;
  if (format_ != Format::yaml) {
    return Place::value;
  }
  const bool blank = rest.starts_with(' ') || rest.starts_with('\t');
  rest = trim(rest);
  const bool ends = rest.empty() || (blank && rest.front() == '#') ||
                    (flow_ > 0 && std::string_view(",]}").find(rest.front()) != rest.npos);
  return begins && ends ? Place::value : Place::text;
}

}  // namespace luthier

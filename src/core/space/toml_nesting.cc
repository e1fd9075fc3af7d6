#include "core/space/toml_nesting.h"

#include <algorithm>
#include <vector>

#include "base/format.h"

namespace luthier {
namespace {

constexpr std::int64_t kMostLevels = 100;

// Follows a document's keys and brackets, and skips its texts and comments. What is no TOML is left
// to the parser.
class NestingScan {
 public:
  explicit NestingScan(std::string_view text) : text_(text) {}

  std::optional<std::int64_t> run() {
    while (at_ < text_.size()) {
      take(text_[at_]);
      if (header_ + brackets_ + parts_ > kMostLevels) {
        return line_;
      }
    }
    return std::nullopt;
  }

 private:
  void take(char c) {
    if (c == '"' || c == '\'') {
      skip_text(c);
      return;
    }
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
      return;
    }
    ++at_;
    if (c == '\n') {
      end_line();
    } else if (c == '.') {
      ++parts_;
    } else if (c == '[' || c == '{') {
      open();
    } else if (c == ']' || c == '}') {
      close();
    } else if (c == ',') {
      parts_ = open_.empty() ? parts_ : 1;
    }
    begins_ = begins_ && (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '[');
  }

  void end_line() {
    ++line_;
    if (open_.empty()) {
      parts_ = 1;
      begins_ = true;
      in_header_ = false;
    }
  }

  // At the beginning of a line it opens a heading, else a list or a table.
  void open() {
    if (begins_ && open_.empty()) {
      in_header_ = true;
      header_ = 0;
      return;
    }
    open_.push_back(parts_);
    brackets_ += parts_;
    parts_ = 1;
  }

  void close() {
    if (in_header_) {
      in_header_ = false;
      header_ = parts_;
      parts_ = 1;
    } else if (!open_.empty()) {
      parts_ = open_.back();
      brackets_ -= parts_;
      open_.pop_back();
    }
  }

  void skip_text(char quote) {
    const std::string closing(text_.substr(at_, 3) == std::string(3, quote) ? 3 : 1, quote);
    const bool one_line = closing.size() == 1;
    at_ += closing.size();
    while (at_ < text_.size() && text_.substr(at_, closing.size()) != closing) {
      if (text_[at_] == '\n' && one_line) {
        return;  // it has no end
      }
      line_ += text_[at_] == '\n' ? 1 : 0;
      at_ += text_[at_] == '\\' && quote == '"' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n'
                 ? 2
                 : 1;
    }
    at_ = std::min(at_ + closing.size(), text_.size());
    begins_ = false;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
  std::int64_t header_ = 0;         // parts of the heading above
  std::int64_t brackets_ = 0;       // levels of what is open: the sum of open_
  std::int64_t parts_ = 1;          // of the key that is read, or was read last
  std::vector<std::int64_t> open_;  // lists and tables, with the parts of their keys
  bool begins_ = true;              // nothing stands on this line yet
  bool in_header_ = false;
};

}  // namespace

std::optional<std::int64_t> too_deeply_nested_line(std::string_view toml) {
  return NestingScan(toml).run();
}

std::string too_deeply_nested_text() {
  return formatted("names and brackets are nested deeper than {} levels; flatten them",
                   kMostLevels);
}

}  // namespace luthier

#include "base/shell_words.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "base/failure.h"

namespace luthier {
namespace {

constexpr std::string_view kBlanks = " \t\n";
constexpr std::string_view kOperators = "|&;<>()$`";
constexpr std::string_view kObeyedInQuotes = "$`";
constexpr std::string_view kEscapedInQuotes = "$`\"\\\n";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<std::vector<std::string>> read() {
    while (at_ < text_.size()) {
      if (const auto taken = take(text_[at_++]); !taken) {
        return taken.error();
      }
    }
    end_word();
    return std::move(words_);
  }

 private:
  Result<> take(char c) {
    if (kBlanks.find(c) != std::string_view::npos) {
      end_word();
      return {};
    }
    if (c == '\'') {
      return take_plain();
    }
    if (c == '"') {
      return take_quoted();
    }
    if (c == '\\' && at_ < text_.size()) {
      c = text_[at_++];
    } else if (kOperators.find(c) != std::string_view::npos) {
      return needs_shell(c);
    }
    add(c);
    return {};
  }

  Result<> take_plain() {
    const auto end = text_.find('\'', at_);
    if (end == std::string_view::npos) {
      return not_closed('\'');
    }
    add_all(text_.substr(at_, end - at_));
    at_ = end + 1;
    return {};
  }

  Result<> take_quoted() {
    add_all({});
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') {
        return {};
      }
      const bool escape = c == '\\' && at_ < text_.size() &&
                          kEscapedInQuotes.find(text_[at_]) != std::string_view::npos;
      if (!escape && kObeyedInQuotes.find(c) != std::string_view::npos) {
        return needs_shell(c);
      }
      add(escape ? text_[at_++] : c);
    }
    return not_closed('"');
  }

  void add(char c) { add_all({&c, 1}); }
  void add_all(std::string_view part) {
    if (!word_) {
      word_.emplace();
    }
    word_->append(part);
  }
  void end_word() {
    if (word_) {
      words_.push_back(*std::exchange(word_, std::nullopt));
    }
  }

  static Error not_closed(char quote) {
    return failure(ErrorCode::invalid_argument, "the quote {} is not closed", quote);
  }
  static Error needs_shell(char c) {
    return failure(ErrorCode::invalid_argument,
                   "no shell runs the command, and only a shell would obey '{}'; put it between "
                   "single quotes to pass it on as it is, or start a shell: sh -c '...'",
                   c);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> words_;
  std::optional<std::string> word_;
};

}  // namespace

Result<std::vector<std::string>> shell_words(std::string_view text) {
  return Reader(text).read();
}

}  // namespace luthier

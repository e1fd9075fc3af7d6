// Values as people write them in distributions and plugin options: 16, 1e-3, true, null, [1, 2],
// "quoted text" and bare words. As in JSON, an integer beyond 64 bits becomes a double.
#pragma once

#include <string>
#include <string_view>

#include "luthier/error.h"
#include "luthier/space.h"
#include "luthier/value.h"

namespace luthier {

// Reads values from a text, one after the other.
class ValueReader {
 public:
  explicit ValueReader(std::string_view text) : text_(text) {}

  Result<Value> read_value() { return read_value(0); }
  Result<ValueList> read_list(char closing) { return read_list(closing, 0); }  // and `closing`

  void skip_blanks();
  bool at(char c) const { return position_ < text_.size() && text_[position_] == c; }
  bool at_end() const { return position_ == text_.size(); }
  bool accept(char c);           // after blanks
  std::string_view peek_word();  // after blanks; may be empty
  std::size_t position() const { return position_; }
  void move_to(std::size_t position) { position_ = position; }
  std::string_view rest() const { return text_.substr(position_); }
  std::string_view text() const { return text_; }
  PythonWords python() const { return python_; }  // words of Python among what was read
  Error fail(std::string_view problem) const;

 private:
  Result<Value> read_value(int depth);
  Result<ValueList> read_list(char closing, int depth);
  Result<Value> read_word();
  Result<Value> word_value(std::string_view word, std::size_t start);

  std::string_view text_;
  std::size_t position_ = 0;
  PythonWords python_;
};

// What ValueReader reads back to the same value: text without quotes where that is possible.
std::string value_text(const Value& value);

}  // namespace luthier

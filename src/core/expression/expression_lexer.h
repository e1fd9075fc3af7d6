// Splits the text of an expression into tokens.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier {

struct Token {
  enum class Kind { literal, name, quoted_name, symbol, end } kind = Kind::end;
  std::string text;  // of a name or symbol
  Value value = {};  // of a literal
  std::size_t position = 0;
};

class ExpressionLexer {
 public:
  // `known`: names that win over any other reading. What they span must outlive the lexer.
  explicit ExpressionLexer(std::string_view text, std::span<const std::string> known = {})
      : text_(text), known_(known) {}
  Result<Token> next();
  std::size_t position() const { return position_; }  // behind the last token

 private:
  Result<Token> number();
  Result<Token> quoted();
  std::string_view known_name() const;
  Token name();
  Result<Token> symbol();

  std::string_view text_;
  std::span<const std::string> known_;
  std::size_t position_ = 0;
};

// Reads a text literal that starts at text[position] with a double or single quote; `position` ends
// after the closing one. Escapes: \n \t \r \\ \" \' \/ and \uXXXX.
Result<std::string> read_quoted(std::string_view text, std::size_t& position);

// The error for bytes that begin at `position`.
Error no_utf8(std::string_view text, std::size_t position);

// "at position 5 of 'a + * b': ..."; positions count bytes from 1.
Error syntax_error(std::string_view text, std::size_t position, std::string_view problem);

}  // namespace luthier

// Pattern: a regular expression whose search time is proportional to the text, whatever pattern and
// text are: std::regex can take exponential time and overflow the stack, and a program under tuning
// chooses the text. All alternatives are followed at once (Pike's machine; Cox 2009, "Regular
// Expression Matching: the Virtual Machine Approach").
//
// Bytes, not characters. Literals, `.`, `[a-z]` `[^...]`, `\d \w \s \D \W \S`, `\t \n \r`, `^ $
// \b`,
// `( )`, `(?: )`, `(?P<name> )` or `(?<name> )`, `|`, `* + ? {n} {n,} {n,m}` and their lazy forms
// `*?`.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/error.h"

namespace luthier {

class Pattern {
 public:
  // An error says where and what. A pattern may have 20 groups and grow to 1,000 steps.
  static Result<Pattern> compile(std::string_view pattern);

  // The name of each group in order of its '('; empty for one without.
  const std::vector<std::string>& groups() const { return groups_; }

  // The groups of the leftmost match, those that took no part empty; nothing if there is none.
  using Match = std::vector<std::optional<std::string_view>>;
  std::optional<Match> search(std::string_view text) const;

 private:
  friend class PatternParser;
  friend class PatternMachine;
  enum class Op : std::uint8_t { byte, split, jump, save, line_begin, line_end, word_edge, match };
  struct Step {
    Op op = Op::match;
    std::int32_t first = 0;   // byte: index of its set; save: slot; split, jump: relative target
    std::int32_t second = 0;  // split: relative target tried after `first`
  };
  using Steps = std::vector<Step>;
  using Set = std::bitset<256>;

  Steps steps_;
  std::vector<Set> sets_;
  std::vector<std::string> groups_;
};

}  // namespace luthier

// Names as people write them, "val/loss" and "weight-decay", beside what else such text may mean.
#include <algorithm>

#include "core/expression/expression.h"
#include "core/expression/expression_lexer.h"

namespace luthier {
namespace {

bool is_joint(const Token& token) {
  return token.kind == Token::Kind::symbol && (token.text == "-" || token.text == "/");
}

// Follows one run of names and joints that touch each other.
class Run {
 public:
  explicit Run(std::span<const std::string> known) : known_(known) {}

  // False: the token does not go on with the run, which begins anew with it.
  bool take(const Token& token, std::size_t end) {
    const bool name = token.kind == Token::Kind::name ||
                      (token.kind == Token::Kind::quoted_name && is_known(token));
    const bool touches = names_ > 0 && token.position == end_;
    if (touches && (name != after_name_) && (name || is_joint(token))) {
      after_name_ = name;
      names_ += name ? 1 : 0;
      joined_end_ = name ? end : joined_end_;
      all_known_ = all_known_ && (!name || is_known(token));
      end_ = end;
      return true;
    }
    start_ = token.position;
    end_ = joined_end_ = end;
    names_ = name ? 1 : 0;
    after_name_ = name;
    all_known_ = name && is_known(token);
    return false;
  }
  bool is_doubtful() const { return names_ > 1 && !all_known_; }
  std::size_t start() const { return start_; }
  std::size_t size() const { return joined_end_ - start_; }

 private:
  bool is_known(const Token& token) const {
    return std::ranges::find(known_, token.text) != known_.end();
  }

  std::span<const std::string> known_;
  std::size_t start_ = 0;
  std::size_t end_ = 0;         // of the last token
  std::size_t joined_end_ = 0;  // of the last name
  int names_ = 0;
  bool after_name_ = false;
  bool all_known_ = false;
};

}  // namespace

std::string_view find_joined(std::string_view text, std::span<const std::string> known) {
  ExpressionLexer lexer(text, known);
  Run run(known);
  std::string_view found;
  for (auto token = lexer.next(); token && token->kind != Token::Kind::end; token = lexer.next()) {
    const bool goes_on = run.take(*token, lexer.position());
    if (!goes_on && !found.empty()) {
      break;
    }
    if (run.is_doubtful()) {
      found = text.substr(run.start(), run.size());
    }
  }
  return found;
}

}  // namespace luthier

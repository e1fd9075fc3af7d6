// From the text of a pattern to the steps of its machine. Targets are relative, so that parts are
// put together, and repeated, by copying.
#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "executors/pattern.h"

namespace luthier {

class PatternParser {
 public:
  explicit PatternParser(std::string_view text) : text_(text) {}

  Result<Pattern> parse() {
    Pattern::Steps steps = alternatives(0);
    if (problem_.empty() && at_ < text_.size()) {
      fail("has a ')' without a '('");
    }
    if (!problem_.empty()) {
      return Error{ErrorCode::invalid_argument,
                   "the pattern '" + to_utf8(text_) + "' " + problem_ + " at character " +
                       std::to_string(problem_at_ + 1)};
    }
    steps.push_back({.op = Op::match});
    out_.steps_ = std::move(steps);
    return std::move(out_);
  }

 private:
  using Op = Pattern::Op;
  using Steps = Pattern::Steps;
  using Set = Pattern::Set;
  static constexpr std::size_t kMostSteps = 1000;
  static constexpr std::size_t kMostGroups = 20;
  static constexpr int kDeepest = 50;

  void fail(std::string problem) {
    if (problem_.empty()) {
      problem_ = std::move(problem);
      problem_at_ = at_;
    }
    at_ = text_.size();
  }
  bool more() const { return at_ < text_.size(); }
  bool take(std::string_view wanted) {
    if (!text_.substr(at_).starts_with(wanted)) {
      return false;
    }
    at_ += wanted.size();
    return true;
  }

  void append(Steps& steps, const Steps& more) {
    if (steps.size() + more.size() > kMostSteps) {
      fail("is too large");
      return;
    }
    steps.insert(steps.end(), more.begin(), more.end());
  }

  static std::int32_t offset(std::size_t size) { return static_cast<std::int32_t>(size); }

  Steps alternatives(int depth) {
    if (depth > kDeepest) {
      fail("is nested too deeply");
      return {};
    }
    Steps left = sequence(depth);
    while (take("|")) {
      const Steps right = sequence(depth);
      Steps both{{.op = Op::split, .first = 1, .second = offset(left.size() + 2)}};
      append(both, left);
      both.push_back({.op = Op::jump, .first = offset(right.size() + 1)});
      append(both, right);
      left = std::move(both);
    }
    return left;
  }

  Steps sequence(int depth) {
    Steps steps;
    while (more() && text_[at_] != '|' && text_[at_] != ')') {
      append(steps, repeated(atom(depth)));
    }
    return steps;
  }

  Steps repeated(Steps steps) {
    while (more()) {
      std::size_t least = 0;
      std::optional<std::size_t> most;
      if (take("*")) {
      } else if (take("+")) {
        least = 1;
      } else if (take("?")) {
        most = 1;
      } else if (text_[at_] == '{') {
        if (!counts(least, most)) {
          return {};
        }
      } else {
        break;
      }
      steps = repeat(steps, least, most, take("?"));
    }
    return steps;
  }

  bool counts(std::size_t& least, std::optional<std::size_t>& most) {
    const auto end = text_.find('}', at_);
    const std::string_view inside =
        text_.substr(at_ + 1, end == std::string_view::npos ? end : end - at_ - 1);
    const auto comma = inside.find(',');
    const auto low = parse_integer(inside.substr(0, comma));
    const bool open = comma != std::string_view::npos && comma + 1 == inside.size();
    const auto high =
        comma == std::string_view::npos ? low : parse_integer(inside.substr(comma + 1));
    if (end == std::string_view::npos || !low || *low < 0 || (!open && (!high || *high < *low)) ||
        *low > 1000 || (!open && *high > 1000)) {
      fail("has a repetition that is not {n}, {n,} or {n,m} with n <= m <= 1000");
      return false;
    }
    least = static_cast<std::size_t>(*low);
    if (!open) {
      most = static_cast<std::size_t>(*high);
    }
    at_ = end + 1;
    return true;
  }

  Steps repeat(const Steps& once, std::size_t least, std::optional<std::size_t> most, bool lazy) {
    const auto split = [&](std::int32_t enter, std::int32_t leave) {
      return lazy ? Pattern::Step{Op::split, leave, enter} : Pattern::Step{Op::split, enter, leave};
    };
    Steps out;
    for (std::size_t i = 0; i < least && problem_.empty(); ++i) {
      append(out, once);
    }
    if (!most) {
      out.push_back(split(1, offset(once.size() + 2)));
      append(out, once);
      out.push_back({.op = Op::jump, .first = -offset(once.size() + 1)});
      return out;
    }
    for (std::size_t i = least; i < *most && problem_.empty(); ++i) {
      const std::size_t left = (*most - i) * (once.size() + 1);
      out.push_back(split(1, offset(left)));
      append(out, once);
    }
    return out;
  }

  Steps atom(int depth) {
    if (take("(")) {
      return group(depth);
    }
    if (take("^")) {
      return {{.op = Op::line_begin}};
    }
    if (take("$")) {
      return {{.op = Op::line_end}};
    }
    if (take("\\b")) {
      return {{.op = Op::word_edge}};
    }
    Set set;
    if (take(".")) {
      set.set().reset('\n');
    } else if (take("[")) {
      set = bracket();
    } else if (take("\\")) {
      set = escape();
    } else if (std::string_view("*+?{").find(text_[at_]) != std::string_view::npos) {
      fail("repeats nothing");
    } else {
      set.set(static_cast<unsigned char>(text_[at_++]));
    }
    out_.sets_.push_back(set);
    return {{.op = Op::byte, .first = offset(out_.sets_.size() - 1)}};
  }

  Steps group(int depth) {
    std::string name;
    const bool captures = !take("?:");
    if (captures && (take("?P<") || take("?<"))) {
      const auto end = text_.find('>', at_);
      if (end == std::string_view::npos || end == at_) {
        fail("has a group without a name between < and >");
        return {};
      }
      name = text_.substr(at_, end - at_);
      at_ = end + 1;
    } else if (captures && take("?")) {
      fail("uses a kind of group that is not known");
      return {};
    }
    std::int32_t slot = 0;
    if (captures) {
      if (out_.groups_.size() == kMostGroups) {
        fail("has more than 20 groups; write (?: ) where nothing is to be taken");
        return {};
      }
      out_.groups_.push_back(name);
      slot = offset(2 * out_.groups_.size());
    }
    Steps inside = alternatives(depth + 1);
    if (!take(")")) {
      fail("has a '(' without a ')'");
      return {};
    }
    if (!captures) {
      return inside;
    }
    Steps steps{{.op = Op::save, .first = slot}};
    append(steps, inside);
    steps.push_back({.op = Op::save, .first = slot + 1});
    return steps;
  }

  // After a backslash.
  Set escape() {
    Set set;
    if (!more()) {
      fail("ends with a backslash");
      return set;
    }
    const char c = text_[at_++];
    const auto range = [&](unsigned char low, unsigned char high) {
      for (unsigned byte = low; byte <= high; ++byte) {
        set.set(byte);
      }
    };
    switch (c) {
      case 'd':
      case 'D':
        range('0', '9');
        break;
      case 'w':
      case 'W':
        range('0', '9');
        range('a', 'z');
        range('A', 'Z');
        set.set('_');
        break;
      case 's':
      case 'S':
        range('\t', '\r');
        set.set(' ');
        break;
      case 'n':
        set.set('\n');
        break;
      case 't':
        set.set('\t');
        break;
      case 'r':
        set.set('\r');
        break;
      default:
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
          --at_;
          fail("has an escape that is not known");
        }
        set.set(static_cast<unsigned char>(c));
    }
    return c == 'D' || c == 'W' || c == 'S' ? ~set : set;
  }

  // After a '['.
  Set bracket() {
    Set set;
    const bool negated = take("^");
    bool first = true;
    while (more() && (first || text_[at_] != ']')) {
      first = false;
      if (take("\\")) {
        set |= escape();
        continue;
      }
      const auto low = static_cast<unsigned char>(text_[at_++]);
      auto high = low;
      if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        high = static_cast<unsigned char>(text_[at_ + 1]);
        at_ += 2;
      }
      if (high < low) {
        fail("has a range that runs backwards");
      }
      for (unsigned byte = low; byte <= high; ++byte) {
        set.set(byte);
      }
    }
    if (!take("]")) {
      fail("has a '[' without a ']'");
    }
    return negated ? ~set : set;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  Pattern out_;
  std::string problem_;
  std::size_t problem_at_ = 0;
};

Result<Pattern> Pattern::compile(std::string_view pattern) {
  return PatternParser(pattern).parse();
}

}  // namespace luthier

#include "executors/pattern.h"

#include <utility>

namespace luthier {
namespace {

bool is_word(std::string_view text, std::size_t at) {
  if (at >= text.size()) {
    return false;
  }
  const char c = text[at];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

// The threads of one position, in order of preference, each step at most once.
class PatternMachine {
 public:
  PatternMachine(const Pattern& pattern, std::string_view text)
      : pattern_(pattern),
        text_(text),
        slots_(2 * (pattern.groups_.size() + 1)),
        seen_(pattern.steps_.size(), 0) {}

  std::optional<Pattern::Match> run() {
    for (std::size_t at = 0; at <= text_.size(); ++at) {
      if (best_.empty()) {
        ++generation_;
        for (const auto& thread : threads_) {
          seen_[thread.step] = generation_;
        }
        follow(0, at, Slots(slots_, kNone), threads_);
      }
      if (threads_.empty() && !best_.empty()) {
        break;
      }
      advance(at);
    }
    return best_.empty() ? std::nullopt : std::optional(groups());
  }

 private:
  static constexpr std::size_t kNone = std::string_view::npos;
  using Slots = std::vector<std::size_t>;
  struct Thread {
    std::size_t step;
    Slots slots;
  };

  // Moves every thread over the byte at `at`.
  void advance(std::size_t at) {
    std::vector<Thread> next;
    ++generation_;
    for (auto& thread : threads_) {
      const auto& step = pattern_.steps_[thread.step];
      if (step.op == Pattern::Op::match) {
        best_ = std::move(thread.slots);
        break;  // the threads after it are less preferred
      }
      const auto& set = pattern_.sets_[static_cast<std::size_t>(step.first)];
      if (at < text_.size() && set[static_cast<unsigned char>(text_[at])]) {
        follow(thread.step + 1, at + 1, std::move(thread.slots), next);
      }
    }
    threads_ = std::move(next);
  }

  // Adds the threads that are reached from `step` without a byte. Its depth is bounded by the
  // number of steps, because each is seen once.
  void follow(std::size_t index, std::size_t at, Slots slots, std::vector<Thread>& out) {
    if (seen_[index] == generation_) {
      return;
    }
    seen_[index] = generation_;
    const auto& step = pattern_.steps_[index];
    const auto target = [&](std::int32_t offset) {
      return index + static_cast<std::size_t>(offset);
    };
    switch (step.op) {
      case Pattern::Op::byte:
      case Pattern::Op::match:
        out.push_back({index, std::move(slots)});
        return;
      case Pattern::Op::jump:
        follow(target(step.first), at, std::move(slots), out);
        return;
      case Pattern::Op::split:
        follow(target(step.first), at, slots, out);
        follow(target(step.second), at, std::move(slots), out);
        return;
      case Pattern::Op::save:
        slots[static_cast<std::size_t>(step.first)] = at;
        break;
      case Pattern::Op::line_begin:
        if (at != 0) {
          return;
        }
        break;
      case Pattern::Op::line_end:
        if (at != text_.size()) {
          return;
        }
        break;
      case Pattern::Op::word_edge:
        if ((at > 0 && is_word(text_, at - 1)) == is_word(text_, at)) {
          return;
        }
        break;
    }
    follow(index + 1, at, std::move(slots), out);
  }

  Pattern::Match groups() const {
    Pattern::Match match;
    for (std::size_t i = 2; i < slots_; i += 2) {
      if (best_[i] == kNone || best_[i + 1] == kNone) {
        match.emplace_back(std::nullopt);
      } else {
        match.emplace_back(text_.substr(best_[i], best_[i + 1] - best_[i]));
      }
    }
    return match;
  }

  const Pattern& pattern_;
  const std::string_view text_;
  const std::size_t slots_;
  std::vector<std::uint64_t> seen_;
  std::uint64_t generation_ = 0;
  std::vector<Thread> threads_;
  Slots best_;
};

std::optional<Pattern::Match> Pattern::search(std::string_view text) const {
  return PatternMachine(*this, text).run();
}

}  // namespace luthier

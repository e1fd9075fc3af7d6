#include "executors/results/lines/unheard.h"

#include <algorithm>
#include <array>
#include <string>

#include "executors/results/words/words.h"

namespace luthier {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kLongestWord = 40;
constexpr std::size_t kHead = 120;  // bytes of a line in which settings say that they are some

bool starts_with_words(std::string_view line, std::string_view words) {
  return line.size() >= words.size() && lower_case(line.substr(0, words.size())) == words;
}

// `+ python train.py --lr=1`, `++ date`: one blank, then a command.
bool is_shell_echo(std::string_view line) {
  const auto plus = std::min(line.find_first_not_of('+'), line.size());
  return plus > 0 && plus + 1 < line.size() && line[plus] == ' ' && line[plus + 1] != ' ' &&
         !(line[plus + 1] >= '0' && line[plus + 1] <= '9') && line[plus + 1] != '-';
}

bool names_settings(std::string_view word) {
  constexpr std::array kWords = {"namespace"sv,
                                 "config"sv,
                                 "configuration"sv,
                                 "args"sv,
                                 "arguments"sv,
                                 "params"sv,
                                 "options"sv,
                                 "settings"sv,
                                 "hparams"sv,
                                 "hyperparameters"sv,
                                 "parameters"sv,
                                 "cfg"sv,
                                 "hyperparams"sv,
                                 "flags"sv,
                                 "command"sv};
  return std::ranges::find(kWords, word) != kWords.end();
}

bool ends_as_settings(std::string_view word) {
  constexpr std::array kEnds = {"config"sv,
                                "arguments"sv,
                                "args"sv,
                                "params"sv,
                                "options"sv,
                                "settings"sv,
                                "namespace"sv,
                                "hparams"sv};
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return word.ends_with(end); });
}

}  // namespace

bool Unheard::passes_over(std::string_view line) {
  const bool indented = !line.empty() && (line.front() == ' ' || line.front() == '\t');
  if (line.starts_with("Traceback (most recent call last)")) {
    passage_ = Passage::traceback;
    return true;
  }
  if (passage_ == Passage::traceback) {
    passage_ = indented || line.empty() ? passage_ : Passage::none;  // its last line is the error
    return true;
  }
  if (starts_with_words(line, "usage:")) {
    passage_ = Passage::usage;
    return true;
  }
  if (passage_ == Passage::usage) {
    const bool heading = !line.empty() && line.back() == ':';
    passage_ = indented || line.empty() || heading ? passage_ : Passage::none;
    if (passage_ == Passage::usage) {
      return true;
    }
  }
  return line.starts_with("+") && is_shell_echo(line);
}

// A word right before a bracket or sign says so: "TrainingArguments(", "config: ", "args = ".
bool has_settings(std::string_view head) {
  for (auto sign = head.find_first_of("({:="); sign != std::string_view::npos;
       sign = head.find_first_of("({:=", sign + 1)) {
    const auto last = head.find_last_not_of(" \t", sign == 0 ? 0 : sign - 1);
    // All of those words end with one of these letters.
    if (sign == 0 || last == std::string_view::npos ||
        std::string_view("egnsdEGNSD").find(head[last]) == std::string_view::npos) {
      continue;
    }
    auto begin = head.find_last_of(" \t([{=:", last);
    begin = begin == std::string_view::npos ? 0 : begin + 1;
    const auto word = head.substr(begin, last + 1 - begin);
    if (word.size() < 3 || word.size() > kLongestWord) {
      continue;
    }
    const auto lower = lower_case(word);
    if (head[sign] == '(' ? ends_as_settings(lower) : names_settings(lower)) {
      return true;
    }
  }
  return false;
}

bool is_settings(std::string_view line) {
  return has_settings(line.substr(0, kHead));
}

}  // namespace luthier

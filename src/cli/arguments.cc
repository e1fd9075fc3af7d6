#include "cli/arguments.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"

namespace luthier::cli {
namespace {

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

Error wrong(std::string_view option, std::string_view text, std::string_view wanted) {
  return {ErrorCode::invalid_argument,
          std::string(option) + " is " + quoted(text) + "; it must be " + std::string(wanted)};
}

}  // namespace

class Arguments::Parser {
 public:
  Parser(const Command& command, std::span<const std::string> words) : words_(words) {
    out_.command_ = &command;
  }

  Result<Arguments> parse() {
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      if (word == "--") {
        take_program();
      } else if (word.starts_with("--")) {
        take_long(word);
      } else if (word.size() > 1 && word[0] == '-') {
        take_letters(word);
      } else {
        take_operand(word);
      }
    }
    if (!out_.wants_help_) {
      check();
    }
    if (!problems_.empty()) {
      return Error{ErrorCode::invalid_argument, join(problems_, "\n")};
    }
    return std::move(out_);
  }

 private:
  const Command& command() const { return *out_.command_; }

  void take_program() {
    if (!command().takes_program && next_ < words_.size()) {
      for (; next_ < words_.size(); ++next_) {
        take_operand(words_[next_]);
      }
      return;
    }
    out_.program_.assign(words_.begin() + static_cast<std::ptrdiff_t>(next_), words_.end());
    next_ = words_.size();
    if (out_.program_.empty()) {
      problems_.emplace_back("nothing follows '--'; write the program and its arguments there");
    }
  }

  void take_long(const std::string& word) {
    const auto equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    if (name == "help") {
      out_.wants_help_ = true;
      return;
    }
    const Option* option = find(name);
    if (option == nullptr) {
      unknown(word.substr(0, equals));
      return;
    }
    if (equals != std::string::npos) {
      if (option->takes_value()) {
        give(*option, word.substr(equals + 1));
      } else {
        problems_.push_back("--" + name + " is a switch; drop " + quoted(word.substr(equals)));
      }
    } else if (option->takes_value()) {
      take_value(*option, "--" + name);
    } else {
      give(*option, "");
    }
  }

  void take_letters(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const char letter = word[i];
      if (letter == 'h') {
        out_.wants_help_ = true;
        continue;
      }
      const auto found = std::ranges::find(command().options, letter, &Option::letter);
      if (letter == 0 || found == command().options.end()) {
        unknown(word);
        return;
      }
      if (!found->takes_value()) {
        give(*found, "");
        continue;
      }
      if (i + 1 < word.size()) {
        give(*found, word.substr(i + (word[i + 1] == '=' ? 2 : 1)));
      } else {
        take_value(*found, std::string("-") + letter);
      }
      return;
    }
  }

  // The next word, unless it is an option itself: a forgotten value is likelier than such a value.
  void take_value(const Option& option, const std::string& as_typed) {
    const bool missing =
        next_ == words_.size() || words_[next_] == "--" ||
        (words_[next_].starts_with("--") && find(words_[next_].substr(2)) != nullptr);
    if (missing) {
      problems_.push_back(as_typed + " needs a value: " + as_typed + " " +
                          std::string(option.argument));
      return;
    }
    give(option, words_[next_++]);
  }

  void give(const Option& option, std::string value) {
    const bool twice =
        std::ranges::any_of(out_.given_, [&](const auto& entry) { return entry.first == &option; });
    if (twice && !option.repeatable && option.takes_value()) {
      problems_.push_back("--" + std::string(option.name) + " is given twice; drop one");
      return;
    }
    out_.given_.emplace_back(&option, std::move(value));
  }

  void take_operand(const std::string& word) {
    const auto& wanted = command().operands;
    const bool room =
        out_.operands_.size() < wanted.size() || (!wanted.empty() && wanted.back().repeatable);
    if (room) {
      out_.operands_.push_back(word);
      return;
    }
    std::string problem = "unexpected argument " + quoted(word) + "; ";
    problem += command().takes_program ? "the program to run goes after '--'"
                                       : "see 'luthier " + std::string(command().name) + " --help'";
    problems_.push_back(std::move(problem));
  }

  // An option that is not known may have been meant as an operand, such as trial -1.
  void check() {
    if (!problems_.empty()) {
      return;
    }
    for (std::size_t i = out_.operands_.size(); i < command().operands.size(); ++i) {
      const Operand& operand = command().operands[i];
      if (operand.required) {
        problems_.push_back("'luthier " + std::string(command().name) + "' needs " +
                            std::string(operand.name) + "; see 'luthier " +
                            std::string(command().name) + " --help'");
      }
    }
  }

  const Option* find(std::string_view name) const {
    const auto found = std::ranges::find(command().options, name, &Option::name);
    return found == command().options.end() ? nullptr : &*found;
  }

  // A slip of the fingers, one dash for two, or a longer name: --minimize, --num-samples.
  static std::optional<std::string> meant_option(const std::string& word,
                                                 std::span<const std::string> names) {
    if (!word.starts_with("--")) {
      const auto same = std::ranges::find(names, "-" + word);
      return same == names.end() ? std::nullopt : std::optional(*same);
    }
    if (auto close = closest_name(word, names)) {
      return close;
    }
    const auto part = std::ranges::find_if(names, [&](const std::string& name) {
      return name.size() >= 5 && (word.starts_with(name) || word.ends_with(name.substr(1)));
    });
    return part == names.end() ? std::nullopt : std::optional(*part);
  }

  void unknown(const std::string& word) {
    std::vector<std::string> names = {"--help"};
    for (const Option& option : command().options) {
      names.push_back("--" + std::string(option.name));
    }
    std::string problem =
        "'luthier " + std::string(command().name) + "' has no option " + quoted(word) + "; ";
    const auto meant = meant_option(word, names);
    problem += meant ? "did you mean '" + *meant + "'?"
                     : "see 'luthier " + std::string(command().name) + " --help'";
    problems_.push_back(std::move(problem));
  }

  std::span<const std::string> words_;
  std::size_t next_ = 0;
  Arguments out_;
  std::vector<std::string> problems_;
};

Result<Arguments> Arguments::parse(const Command& command, std::span<const std::string> words) {
  return Parser(command, words).parse();
}

std::optional<std::string> Arguments::text(std::string_view name) const {
  std::optional<std::string> last;
  for (const auto& [option, value] : given_) {
    if (option->name == name) {
      last = value;
    }
  }
  return last;
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [option, value] : given_) {
    if (option->name == name) {
      values.push_back(value);
    }
  }
  return values;
}

std::optional<std::string> Arguments::operand(std::size_t index) const {
  return index < operands_.size() ? std::optional(operands_[index]) : std::nullopt;
}

Result<TrialId> parse_trial(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || *number < 0) {
    return wrong("TRIAL", text, "a trial's number, such as 42 or 00042");
  }
  return TrialId{*number};
}

Result<std::int64_t> parse_count(std::string_view option,
                                 std::string_view text,
                                 std::int64_t minimum) {
  const auto number = parse_integer(text);
  if (!number || *number < minimum) {
    return wrong(option, text, "a whole number of at least " + std::to_string(minimum));
  }
  return *number;
}

Result<double> parse_duration(std::string_view option, std::string_view text) {
  constexpr std::array<std::pair<char, double>, 4> kUnits = {
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}}};
  std::string_view digits = trim(text);
  double scale = 1;
  for (const auto& [unit, seconds] : kUnits) {
    if (digits.ends_with(unit)) {
      digits.remove_suffix(1);
      scale = seconds;
      break;
    }
  }
  const auto number = parse_number(digits);
  constexpr double kLongest = 100.0 * 365 * 86400;
  if (!number || !std::isfinite(*number) || *number < 0 || *number * scale > kLongest) {
    return wrong(option, text, "a time such as 90, 90s, 15m, 2h or 1d");
  }
  return *number * scale;
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, double>, 9> kUnits = {{{"KiB", 0x1p10},
                                                                          {"MiB", 0x1p20},
                                                                          {"GiB", 0x1p30},
                                                                          {"TiB", 0x1p40},
                                                                          {"KB", 1e3},
                                                                          {"MB", 1e6},
                                                                          {"GB", 1e9},
                                                                          {"TB", 1e12},
                                                                          {"B", 1}}};
  double scale = 1;
  text = trim(text);
  for (const auto& [unit, bytes] : kUnits) {
    if (text.ends_with(unit)) {
      text.remove_suffix(unit.size());
      scale = bytes;
      break;
    }
  }
  const auto number = parse_number(text);
  if (!number || !(*number >= 0) || *number * scale > 0x1p62) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*number * scale);
}

}  // namespace luthier::cli

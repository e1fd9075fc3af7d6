// Reading the words of a command. What another tool or a slip of the fingers made of an option is
// recognised, so that the error can say what was meant.
#include <algorithm>
#include <filesystem>

#include "base/format.h"
#include "base/text.h"
#include "cli/advice/guesses.h"
#include "cli/options/arguments.h"
#include "luthier/space.h"

namespace luthier::cli {
namespace {

std::string in_quotes(std::string_view text) {
  return formatted("'{}'", text);
}

std::string see_help(const Command& command) {
  return formatted("see 'luthier {} --help'", command.name);
}

// A file of settings and not the program that forgot its `--`.
bool is_settings_file(const std::string& word) {
  std::error_code ignored;
  const auto status = std::filesystem::status(word, ignored);
  const auto executable = std::filesystem::perms::owner_exec;
  const bool plain = std::filesystem::is_regular_file(status) &&
                     (status.permissions() & executable) == std::filesystem::perms::none;
  const std::string extension = std::filesystem::path(word).extension().string();
  return extension == ".toml" || std::filesystem::is_directory(status) ||
         (plain && (extension.empty() || extension == ".txt"));
}

}  // namespace

class Arguments::Parser {
 public:
  Parser(const Command& command, std::span<const std::string> words)
      : words_(words), guesses_(command, words) {
    out_.command_ = &command;
    out_.typed_.assign(words.begin(), words.end());
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
    if (!guesses_.empty()) {
      const bool has_objective = out_.has("min") || out_.has("max");
      return Error{ErrorCode::invalid_argument, guesses_.text(has_objective)};
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
      guesses_.problem("nothing follows '--'; write the program and its arguments there");
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
      unknown_long(word, name);
      return;
    }
    if (equals != std::string::npos) {
      if (option->takes_value()) {
        give(*option, word.substr(equals + 1));
      } else {
        guesses_.problem(
            formatted("--{} is a switch; drop {}", name, in_quotes(word.substr(equals))));
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
        unknown(word, word, next_ - 1);
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
      guesses_.problem(formatted("{} needs a value: {} {}", as_typed, as_typed, option.argument));
      return;
    }
    give(option, words_[next_++]);
  }

  void give(const Option& option, std::string value) {
    const bool once = !option.repeatable && option.takes_value();
    if (once && std::ranges::any_of(out_.given_,
                                    [&](const auto& entry) { return entry.first == &option; })) {
      guesses_.problem(formatted("--{} is given twice; drop one", option.name));
      return;
    }
    out_.given_.emplace_back(&option, std::move(value));
  }

  // `-p lr uniform(0, 1)`, `-p lr = uniform(0, 1)`: blanks where there may be none.
  bool parted_parameter(const std::string& word) {
    const std::size_t at = next_ - 1;
    if (at < 2 || !is_parameter_option(words_[at - 2])) {
      return false;
    }
    const std::size_t last = word == "=" && next_ < words_.size() ? next_ : at;
    const std::string& domain = words_[last];
    const std::string name = words_[at - 1].substr(0, words_[at - 1].find('='));
    const bool bare = words_[at - 1] == name || words_[at - 1] == name + "=";
    if (!bare || name.find('(') != std::string::npos || domain.find('(') == std::string::npos) {
      return false;
    }
    next_ = last + 1;
    guesses_.meant("",
                   in_quotes(name) + " has no distribution; one follows '=', without blanks",
                   at - 1,
                   last - at + 2,
                   {formatted("{}={}", name, domain)});
    return true;
  }

  bool is_parameter_option(const std::string& word) const {
    return find("param") != nullptr && (word == "-p" || word == "--param");
  }

  void take_operand(const std::string& word) {
    if (parted_parameter(word)) {
      return;
    }
    const bool program = command().takes_program && out_.operands_.size() >= required_operands();
    const bool dashes = std::ranges::find(words_, "--") != words_.end();
    if (program && !dashes && !is_settings_file(word)) {
      guesses_.program_without_dashes(word, next_ - 1);
      next_ = words_.size();
      return;
    }
    const auto& wanted = command().operands;
    const bool room =
        out_.operands_.size() < wanted.size() || (!wanted.empty() && wanted.back().repeatable);
    if (room) {
      out_.operands_.push_back(word);
      return;
    }
    guesses_.problem(formatted(
        "unexpected argument {}; {}",
        in_quotes(word),
        command().takes_program ? "the program to run goes after '--'" : see_help(command())));
  }

  std::size_t required_operands() const {
    return static_cast<std::size_t>(
        std::ranges::count(command().operands, true, &Operand::required));
  }

  // An option that is not known may have been meant as an operand, such as trial -1.
  void check() {
    if (!guesses_.empty()) {
      return;
    }
    for (std::size_t i = out_.operands_.size(); i < required_operands(); ++i) {
      const std::string name(command().operands[i].name);
      std::string sentence = formatted("'luthier {}' needs {}; ", command().name, name);
      if (name == "EXPERIMENT") {
        sentence += "'last' is the most recent one; ";
      }
      guesses_.problem(sentence + see_help(command()));
    }
  }

  const Option* find(std::string_view name) const {
    const auto found = std::ranges::find(command().options, name, &Option::name);
    return found == command().options.end() ? nullptr : &*found;
  }

  // Whether what another tool calls so is an option of this command.
  bool has(const ForeignOption& option) const {
    switch (option.kind) {
      case ForeignKind::halving:
        return find("scheduler") != nullptr;
      case ForeignKind::metric:
      case ForeignKind::direction:
        return find("min") != nullptr;
      case ForeignKind::file:
      case ForeignKind::program:
        return command().takes_program;
      default:
        return find(option.ours) != nullptr;
    }
  }

  // `--name=value` or `--name`, whose value may be the next word.
  void unknown_long(const std::string& word, const std::string& name) {
    const std::size_t at = next_ - 1;
    const auto equals = word.find('=');
    std::optional<std::string> value;
    if (equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else if (next_ < words_.size() && !words_[next_].starts_with("-")) {
      value = words_[next_];
    }
    const std::size_t count = equals == std::string::npos && value ? 2 : 1;
    const auto foreign = foreign_option(name);
    if (foreign && has(*foreign)) {
      next_ = at + count;
      return guesses_.foreign("--" + name, *foreign, value, at, count);
    }
    if (value && find("param") != nullptr && value->find('(') != std::string::npos &&
        Space::parse_domain(*value)) {
      next_ = at + count;
      return guesses_.meant("--" + name,
                            no_option("--" + name) + "a parameter is given with -p",
                            at,
                            count,
                            {"-p", formatted("{}={}", name, *value)});
    }
    unknown(word, "--" + name, at);
  }

  std::string no_option(const std::string& name) const {
    return formatted("'luthier {}' has no option {}; ", command().name, in_quotes(name));
  }

  // `--n 3` for `-n 3`, `--n=3` for `-n 3`.
  bool long_letter(const std::string& word, const std::string& name, std::size_t at) {
    const bool single = name.size() == 3 && name.starts_with("--");
    const auto found = single ? std::ranges::find(command().options, name[2], &Option::letter)
                              : command().options.end();
    if (found == command().options.end()) {
      return false;
    }
    std::vector<std::string> with = {name.substr(1)};
    if (word.size() > name.size()) {
      with.push_back(word.substr(name.size() + 1));
    }
    guesses_.meant(
        name, formatted("{}did you mean '{}'?", no_option(name), with.front()), at, 1, with);
    take_value_of_meant(word, "--" + std::string(found->name));
    return true;
  }

  bool former(const std::string& word, const std::string& name) {
    const auto found = std::ranges::find_if(command().former, [&](const FormerOption& each) {
      return "--" + std::string(each.name) == name;
    });
    if (found == command().former.end()) {
      return false;
    }
    next_ += word == name && next_ < words_.size() && !words_[next_].starts_with("-") ? 1 : 0;
    guesses_.problem(no_option(name) + std::string(found->instead));
    return true;
  }

  // Replaces only the name in `word`.
  void unknown(const std::string& word, const std::string& name, std::size_t at) {
    if (former(word, name) || long_letter(word, name, at)) {
      return;
    }
    std::vector<std::string> names = {"--help"};
    for (const Option& option : command().options) {
      names.push_back("--" + std::string(option.name));
    }
    const auto meant = close_option(name, names);
    if (!meant) {
      const bool has_value = word.starts_with("--") && word == name && next_ < words_.size() &&
                             !words_[next_].starts_with("-");
      next_ += has_value ? 1 : 0;  // so that it is not taken for an operand
      return guesses_.problem(no_option(name) + see_help(command()));
    }
    guesses_.meant(name,
                   formatted("{}did you mean '{}'?", no_option(name), *meant),
                   at,
                   1,
                   {*meant + word.substr(name.size())});
    take_value_of_meant(word, *meant);
  }

  void take_value_of_meant(const std::string& word, const std::string& meant) {
    const Option* option = find(meant.substr(2));
    const bool apart = word.find('=') == std::string::npos && next_ < words_.size() &&
                       !words_[next_].starts_with("--");
    next_ += option != nullptr && option->takes_value() && apart ? 1 : 0;
  }

  std::span<const std::string> words_;
  std::size_t next_ = 0;
  Arguments out_;
  Guesses guesses_;
};

Result<Arguments> Arguments::parse(const Command& command, std::span<const std::string> words) {
  return Parser(command, words).parse();
}

}  // namespace luthier::cli

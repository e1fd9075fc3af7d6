#include "core/space/space_guess.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "luthier/space.h"

namespace luthier {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

// "loguniform" and "1e-5 1e-1" of "loguniform[1e-5 1e-1]"; the word may be empty.
struct Call {
  std::string word;
  std::string arguments;
};
std::optional<Call> as_call(std::string_view text) {
  const auto open = text.find_first_of("([{");
  if (open == std::string_view::npos) {
    return std::nullopt;
  }
  const auto word = trim(text.substr(0, open));
  if (!std::ranges::all_of(word, is_word_character)) {
    return std::nullopt;
  }
  auto arguments = trim(text.substr(open + 1));
  while (!arguments.empty() &&
         std::string_view(")]}").find(arguments.back()) != std::string_view::npos) {
    arguments.remove_suffix(1);
  }
  return Call{std::string(word), std::string(trim(arguments))};
}

std::vector<std::string> parts_of(std::string_view arguments) {
  std::vector<std::string> parts;
  std::string part;
  for (std::size_t i = 0; i <= arguments.size(); ++i) {
    const char c = i < arguments.size() ? arguments[i] : ',';
    if (std::string_view(",; \t").find(c) == std::string_view::npos) {
      part += c;
    } else if (!part.empty()) {
      parts.push_back(std::exchange(part, {}));
    }
  }
  return parts;
}

// "0..1" and "0:1" are two numbers; "low=0" is 0.
std::vector<std::string> plain_parts(std::string_view arguments) {
  std::vector<std::string> parts;
  for (const auto& part : parts_of(arguments)) {
    const auto equals = part.find('=');
    const std::string value = equals == std::string::npos ? part : part.substr(equals + 1);
    auto between = value.find("..");
    std::size_t size = 2;
    if (between == std::string::npos) {
      between = value.find(':');
      size = 1;
    }
    if (between != std::string::npos && between > 0 && parse_number(value.substr(0, between)) &&
        parse_number(value.substr(between + size))) {
      parts.insert(parts.end(), {value.substr(0, between), value.substr(between + size)});
    } else {
      parts.push_back(value);
    }
  }
  return parts;
}

bool is_number(const std::string& part) {
  return parse_number(part).has_value();
}

std::string lower(std::string_view word) {
  std::string out;
  for (const char c : word) {
    out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return out;
}

// Without the parameter's name, which some tools want first, and without what says "log".
std::string call_text(const Call& call) {
  auto parts = plain_parts(call.arguments);
  const bool log = lower(call.arguments).find("log=true") != std::string::npos;
  std::erase_if(parts, [](const std::string& part) { return lower(part) == "true"; });
  if (parts.size() > 2 && !is_number(parts.front()) &&
      std::all_of(parts.begin() + 1, parts.end(), is_number) && call.word != "choice") {
    parts.erase(parts.begin());
  }
  const auto dot = call.word.rfind('.');
  std::string word = lower(dot == std::string::npos ? call.word : call.word.substr(dot + 1));
  word = word.starts_with("suggest_") ? word.substr(8) : word;
  word = word == "float" || word == "real" ? "uniform" : word == "int" ? "randint" : word;
  word = log && word == "uniform" ? "loguniform" : log && word == "randint" ? "lograndint" : word;
  return formatted("{}({})", word, join(parts, ", "));
}

// Two numbers in brackets are a range, several values a choice.
std::string bare_text(const std::vector<std::string>& parts) {
  if (parts.size() == 2 && std::ranges::all_of(parts, is_number)) {
    const double low = *parse_number(parts[0]);
    const double high = *parse_number(parts[1]);
    return formatted(
        "{}{})", low > 0 && high / low >= 100 ? "loguniform(" : "uniform(", join(parts, ", "));
  }
  return formatted("choice({})", join(parts, ", "));
}

bool is_readable(const std::string& domain) {
  return Space::parse_domain(domain).ok();
}

}  // namespace

std::optional<std::string> meant_domain(std::string_view text) {
  constexpr std::size_t kLongest = 1000;
  text = trim(text);
  if (text.empty() || text.size() > kLongest) {
    return std::nullopt;
  }
  std::vector<std::string> guesses;
  const auto call = as_call(text);
  if (call && !call->arguments.empty()) {
    guesses.push_back(call->word.empty() ? bare_text(plain_parts(call->arguments))
                                         : call_text(*call));
  } else if (const auto parts = parts_of(text); !call && parts.size() > 1) {
    guesses.push_back(formatted("choice({})", join(parts, ", ")));
  }
  const auto found = std::ranges::find_if(guesses, is_readable);
  return found == guesses.end() ? std::nullopt : std::optional(*found);
}

std::optional<std::string> meant_parameter(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, is_word_character);
  const auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  auto rest = text.substr(name.size());
  while (!rest.empty() && std::string_view(" :~").find(rest.front()) != std::string_view::npos) {
    rest.remove_prefix(1);
  }
  if (name.empty() || rest.empty() || rest.size() + name.size() == text.size()) {
    return std::nullopt;
  }
  const std::string domain(rest);
  const auto meant = is_readable(domain) ? std::optional(domain) : meant_domain(domain);
  return meant ? std::optional(formatted("{}={}", name, *meant)) : std::nullopt;
}

}  // namespace luthier

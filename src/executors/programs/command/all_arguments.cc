#include "executors/programs/command/all_arguments.h"

#include <algorithm>
#include <cmath>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

// Hydra reads these in a text without quotes and nothing else.
bool is_plain_for_hydra(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-/.+*%@?|:").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, plain);
}

// Hydra's quoted text: a quote is escaped, and so are backslashes before one.
std::string hydra_quoted(std::string_view text) {
  std::string out = "'";
  std::size_t backslashes = 0;
  for (const char c : text) {
    if (c == '\'') {
      out.append(backslashes + 1, '\\');
    }
    backslashes = c == '\\' ? backslashes + 1 : 0;
    out += c;
  }
  return out.append(backslashes, '\\') + "'";
}

std::string hydra_value(const Value& value) {
  if (const auto* text = value.text()) {
    return is_plain_for_hydra(*text) ? *text : hydra_quoted(*text);
  }
  if (const auto* list = value.list()) {
    std::string out = "[";
    for (const Value& item : *list) {
      out += (out.size() > 1 ? "," : "") + hydra_value(item);
    }
    return out + "]";
  }
  return to_text(value);  // true, null and numbers as Hydra spells them
}

void append_option(ArgumentStyle style,
                   const std::string& name,
                   const Value& value,
                   const ParameterWords& words,
                   std::vector<std::string>& out) {
  if (style == ArgumentStyle::hydra) {
    out.push_back(formatted("{}={}", name, hydra_value(value)));
  } else if (words.is_flag(name)) {
    if (auto argument = words.flag_argument(name, value)) {
      out.push_back(*std::move(argument));
    }
  } else if (style == ArgumentStyle::equals) {
    out.push_back(formatted("--{}={}", name, words.text(name, value)));
  } else {
    out.push_back("--" + name);
    std::ranges::move(words.spread(name, value), std::back_inserter(out));
  }
}

}  // namespace

std::vector<std::string> all_arguments(ArgumentStyle style,
                                       const Config& config,
                                       const ParameterWords& words) {
  std::vector<std::string> out;
  for (const auto& [name, value] : config) {
    if (!words.is_secret(name)) {
      append_option(style, name, value, words, out);
    }
  }
  return out;
}

}  // namespace luthier

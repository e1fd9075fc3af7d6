#include "cli/output/usage_text.h"

#include <algorithm>

#include "base/text.h"

namespace luthier::cli {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

// The word at `at`, without quotes before it: "--lr" of "'--lr=0.5'".
std::string name_at(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == '\'' || text[at] == '"' || text[at] == ' ')) {
    ++at;
  }
  std::size_t end = at;
  while (end < text.size() && is_name_character(text[end])) {
    ++end;
  }
  return std::string(text.substr(at, end - at));
}

std::string letters_of(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '-' && c != '_' && c != '.') {
      out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
  }
  return out;
}

// "--learning-rate" is "lr".
std::string initials_of(std::string_view name) {
  std::string out;
  bool begins = true;
  for (const char c : name) {
    const bool part = c == '-' || c == '_';
    out += begins && !part ? std::string(1, c) : "";
    begins = part;
  }
  return out;
}

}  // namespace

std::optional<std::string> name_after(const std::string& message, std::string_view begin) {
  const auto at = message.find(begin);
  if (at == std::string::npos) {
    return std::nullopt;
  }
  std::string name = name_at(message, at + begin.size());
  return name.empty() ? std::nullopt : std::optional(std::move(name));
}

std::optional<std::string> refused_option(const std::string& message) {
  for (const std::string_view begin : {"unrecognized arguments:",
                                       "unrecognized option",
                                       "no such option:",
                                       "No such option:",
                                       "No such option",
                                       "unknown option:",
                                       "Unknown option:",
                                       "unknown option",
                                       "unknown flag:",
                                       "unexpected argument",
                                       "flag provided but not defined:"}) {
    if (auto name = name_after(message, begin)) {
      return name;
    }
  }
  return std::nullopt;
}

std::vector<std::string> options_of_usage(const std::string& message) {
  std::vector<std::string> options;
  const auto begin = std::min(message.find("usage:"), message.find("Usage:"));
  if (begin == std::string::npos) {
    return options;
  }
  // What follows quotes the option that was refused.
  const auto end = std::min(message.find("error:", begin), message.find("Error:", begin));
  const std::string usage = message.substr(begin, end == std::string::npos ? end : end - begin);
  for (auto at = usage.find("--"); at != std::string::npos; at = usage.find("--", at + 2)) {
    std::string name = name_at(usage, at);
    const bool begins =
        at > 0 && std::string_view(" [(|,\n\t").find(usage[at - 1]) != std::string_view::npos;
    if (begins && name.size() > 2 && std::ranges::find(options, name) == options.end()) {
      options.push_back(std::move(name));
    }
  }
  return options;
}

std::optional<std::string> option_for(const std::string& parameter,
                                      std::span<const std::string> options) {
  const std::string own = letters_of(parameter);
  for (const auto& option : options) {
    if (letters_of(option) == own || initials_of(option) == own) {
      return option;
    }
  }
  if (const auto close = closest_name("--" + parameter, options)) {
    return close;
  }
  const auto part = std::ranges::find_if(options, [&](const std::string& option) {
    const std::string theirs = letters_of(option);
    return own.size() > 2 && theirs.size() > 2 &&
           (theirs.find(own) != std::string::npos || own.find(theirs) != std::string::npos);
  });
  return part == options.end() ? std::nullopt : std::optional(*part);
}

}  // namespace luthier::cli

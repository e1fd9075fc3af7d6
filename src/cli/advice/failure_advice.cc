#include "cli/advice/failure_advice.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/format.h"
#include "base/text.h"
#include "cli/advice/correction.h"
#include "cli/output/usage_text.h"

namespace luthier::cli {
namespace {

using Words = std::vector<std::string>;

bool has_placeholder(const Words& program) {
  return std::ranges::any_of(
      program, [](const std::string& word) { return word.find('{') != std::string::npos; });
}

// The program with an option of its own for each parameter, in place of the one it refused.
std::optional<Words> mended_program(const ExperimentSpec& spec,
                                    const std::string& refused,
                                    const Words& options) {
  Words program = spec.command;
  if (has_placeholder(program)) {
    const auto meant = option_for(refused.substr(refused.find_first_not_of('-')), options);
    const auto word = std::ranges::find_if(program, [&](const std::string& each) {
      return each == refused || each.starts_with(refused + "=");
    });
    if (!meant || word == program.end()) {
      return std::nullopt;
    }
    word->replace(0, refused.size(), *meant);
    return program;
  }
  for (const Parameter& parameter : spec.space.parameters()) {
    const auto option = option_for(parameter.name, options);
    if (!option) {
      return std::nullopt;
    }
    program.insert(program.end(), {*option, formatted("{{{}}}", parameter.name)});
  }
  return program;
}

std::string with_program(std::string_view verb,
                         std::span<const std::string> typed,
                         const Words& program) {
  Correction correction(verb, typed);
  correction.replace_program(program);
  return correction.line();
}

std::string refused_option_advice(const std::string& message,
                                  const ExperimentSpec& spec,
                                  std::string_view verb,
                                  std::span<const std::string> typed) {
  const auto refused = refused_option(message);
  if (!refused || !refused->starts_with('-')) {
    return {};
  }
  const Words options = options_of_usage(message);
  const std::string sentence = "the program has no option " + *refused;
  if (const auto program = mended_program(spec, *refused, options)) {
    return formatted("{}; type: {}", sentence, with_program(verb, typed, *program));
  }
  return options.empty() ? sentence + "; write its own option before the placeholder"
                         : formatted("{}; its usage names {}", sentence, join(options, ", "));
}

// The parameter that reaches the program as `option`.
const Parameter* parameter_of(const ExperimentSpec& spec, const std::string& option) {
  const auto& parameters = spec.space.parameters();
  for (const Parameter& parameter : parameters) {
    const std::string placeholder = formatted("{{{}}}", parameter.name);
    for (std::size_t i = 0; i < spec.command.size(); ++i) {
      const bool given = spec.command[i] == option + "=" + placeholder ||
                         (i > 0 && spec.command[i - 1] == option && spec.command[i] == placeholder);
      if (given) {
        return &parameter;
      }
    }
  }
  const auto found = std::ranges::find_if(
      parameters, [&](const Parameter& parameter) { return "--" + parameter.name == option; });
  return found == parameters.end() ? nullptr : &*found;
}

// The command with another domain for a parameter; nothing where it was not typed as -p.
std::optional<Correction> with_parameter(std::string_view verb,
                                         std::span<const std::string> typed,
                                         const std::string& name,
                                         const std::string& domain) {
  Correction correction(verb, typed);
  for (std::size_t i = 0; i < typed.size() && typed[i] != "--"; ++i) {
    const auto equals = typed[i].find('=');
    if (equals != std::string::npos && trim(std::string_view(typed[i]).substr(0, equals)) == name) {
      correction.replace(i, 1, {formatted("{}={}", name, domain)});
      return correction;
    }
  }
  return std::nullopt;
}

// `--amp={amp}` and `--amp {amp}` as `{amp}`.
Words without_option(const Words& program, const std::string& option, const std::string& name) {
  const std::string placeholder = formatted("{{{}}}", name);
  Words words;
  for (const auto& word : program) {
    if (word == placeholder && !words.empty() && words.back() == option) {
      words.back() = placeholder;
    } else {
      words.push_back(word == option + "=" + placeholder ? placeholder : word);
    }
  }
  return words;
}

bool is_boolean(const Parameter& parameter) {
  const auto& values = parameter.domain.values;
  return !values.empty() && std::ranges::all_of(values, [](const Value& value) {
    const auto* text = value.text();
    return value.boolean() || (text != nullptr && (*text == "True" || *text == "False"));
  });
}

// A switch that was given a value: it is there or not.
std::string switch_advice(const std::string& message,
                          const ExperimentSpec& spec,
                          std::string_view verb,
                          std::span<const std::string> typed) {
  const bool explicit_value = message.find("ignored explicit argument") != std::string::npos;
  const auto stray = refused_option(message);
  const bool stray_value = stray && !stray->starts_with('-');
  const auto option = name_after(message, "argument ");
  for (const Parameter& parameter : spec.space.parameters()) {
    const std::string own = option && explicit_value ? *option : "--" + parameter.name;
    const bool meant = explicit_value ? parameter_of(spec, own) == &parameter
                                      : stray_value && is_boolean(parameter);
    if (!meant) {
      continue;
    }
    auto correction = with_parameter(verb, typed, parameter.name, formatted("flag(\"{}\")", own));
    if (!correction) {
      return {};
    }
    if (has_placeholder(spec.command)) {
      correction->replace_program(without_option(spec.command, own, parameter.name));
    }
    return formatted("{} is a switch, which takes no value; type: {}", own, correction->line());
  }
  return {};
}

// "argument --batch: invalid int value: '16.5'", "invalid choice: 'x' (choose from 'a', 'b')".
std::string refused_value_advice(const std::string& message,
                                 const ExperimentSpec& spec,
                                 std::string_view verb,
                                 std::span<const std::string> typed) {
  const auto option = name_after(message, "argument ");
  const Parameter* parameter = option ? parameter_of(spec, *option) : nullptr;
  if (parameter == nullptr) {
    return {};
  }
  std::string domain, wanted;
  const Domain& now = parameter->domain;
  const auto choices = message.find("(choose from ");
  if (message.find("invalid int value") != std::string::npos && now.high > now.low) {
    wanted = "whole numbers";
    domain = formatted("{}{}, {})",
                       now.kind == DomainKind::loguniform ? "lograndint(" : "randint(",
                       format_number(std::ceil(now.low)),
                       format_number(std::floor(now.high) + 1));
  } else if (choices != std::string::npos) {
    const auto begin = choices + std::string_view("(choose from ").size();
    wanted = "other values";
    domain = formatted("choice({})", message.substr(begin, message.find(')', begin) - begin));
  }
  const auto correction =
      domain.empty() ? std::nullopt : with_parameter(verb, typed, parameter->name, domain);
  return correction
             ? formatted(
                   "the program takes {} for {}; type: {}", wanted, *option, correction->line())
             : "";
}

}  // namespace

std::string failure_advice(const std::string& message,
                           const ExperimentSpec& spec,
                           std::string_view verb,
                           std::span<const std::string> typed) {
  if (std::ranges::find(typed, "--") == typed.end()) {
    return {};
  }
  for (const auto advise : {refused_option_advice, switch_advice, refused_value_advice}) {
    if (std::string advice = advise(message, spec, verb, typed); !advice.empty()) {
      return advice;
    }
  }
  return {};
}

}  // namespace luthier::cli

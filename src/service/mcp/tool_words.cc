#include "service/mcp/tool_words.h"

#include <algorithm>
#include <cmath>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "base/unknown_option.h"
#include "tuner/stored/experiment_names.h"

namespace luthier {
namespace {

Error unfit(const McpProperty& property, std::string_view what) {
  return failure(ErrorCode::invalid_argument, "'{}' must be {}", property.name, what);
}

// Null stands for what is not given.
const Json* given(const Json& arguments, const std::string& name) {
  const Json* json = arguments.find(name);
  const bool null = json != nullptr && json->kind == Json::Kind::scalar && json->value.is_null();
  return null ? nullptr : json;
}

// A text or a number as it is typed.
std::optional<std::string> typed(const Json& json) {
  const bool number = json.value.number() && json.value.boolean() == nullptr;
  const bool fits = json.kind == Json::Kind::scalar && (number || json.value.text() != nullptr);
  return fits ? std::optional(to_text(json.value)) : std::nullopt;
}

Result<std::string> typed_text(const McpProperty& property, const Json& json) {
  auto text = typed(json);
  if (!text) {
    return unfit(property, "a text");
  }
  if (text->find('\0') != std::string::npos) {
    return unfit(property, "a text without NUL characters");
  }
  return *std::move(text);
}

Result<std::vector<std::string>> typed_list(const McpProperty& property, const Json& json) {
  std::vector<std::string> texts;
  for (const Json& item : json.items) {
    LUTHIER_TAKE(auto text, typed_text(property, item));
    texts.push_back(std::move(text));
  }
  if (json.kind != Json::Kind::list || texts.empty()) {
    return unfit(property, "a list of texts with at least one item");
  }
  return texts;
}

// ---- experiments

Result<> check_name(const McpProperty& property, std::string_view name) {
  const bool path = name.find('/') != std::string_view::npos || name == "." || name == "..";
  if (name.empty() || name.front() == '-' || path) {
    return unfit(property, "the name of an experiment, without slashes; 'list' shows them");
  }
  return {};
}

// A link out of the results would be a path.
Result<> check_inside(const std::filesystem::path& directory,
                      const std::filesystem::path& results) {
  std::error_code ignored;
  const auto inner = std::filesystem::weakly_canonical(directory, ignored);
  const auto outer = std::filesystem::weakly_canonical(results, ignored);
  if (inner.parent_path() == outer) {
    return {};
  }
  return failure(ErrorCode::invalid_argument,
                 "experiment '{}' lies outside of the results in {}",
                 directory.filename().string(),
                 outer.string());
}

Result<std::string> experiment(const McpProperty& property,
                               const Json& json,
                               const std::filesystem::path& results) {
  LUTHIER_TAKE(const auto name, typed_text(property, json));
  LUTHIER_TRY(check_name(property, name));
  LUTHIER_TAKE(const auto directory, look_up_experiment(results, name));
  LUTHIER_TRY(check_inside(directory, results));
  return directory.filename().string();
}

// ---- the space

bool is_scalar(const Json& json) {
  return json.kind == Json::Kind::scalar;
}

Result<std::string> distribution(const std::string& name, const Json& json) {
  if (is_scalar(json)) {
    return json.value.text() != nullptr ? to_text(json.value)
                                        : formatted("constant({})", to_json(json.value));
  }
  std::vector<std::string> items;
  for (const Json& item : json.items) {
    if (!is_scalar(item)) {
      items.clear();
      break;
    }
    items.push_back(to_json(item.value));
  }
  if (items.empty()) {
    return failure(ErrorCode::invalid_argument,
                   "parameter '{}' of 'space' must be a distribution such as \"loguniform(1e-5, "
                   "1e-1)\", a list of values to choose from, or a constant",
                   name);
  }
  return formatted("choice({})", join(items, ", "));
}

Result<> add_space(const McpProperty& property, const Json& json, std::vector<std::string>& words) {
  if (json.kind != Json::Kind::object || json.members.empty()) {
    return unfit(property, "an object such as {\"lr\": \"loguniform(1e-5, 1e-1)\"}");
  }
  for (const auto& [name, value] : json.members) {
    LUTHIER_TAKE(const auto text, distribution(name, value));
    words.push_back(formatted("--{}={}={}", property.option, name, text));
    if (words.back().find('\0') != std::string::npos) {
      return unfit(property, "free of NUL characters");
    }
  }
  return {};
}

// ---- options

Result<std::vector<std::string>> values(const McpProperty& property, const Json& json) {
  if (property.kind == McpKind::texts && json.kind == Json::Kind::list) {
    return typed_list(property, json);
  }
  LUTHIER_TAKE(auto text, typed_text(property, json));
  if (property.kind == McpKind::count && parse_integer(text).value_or(-1) < 0) {
    return unfit(property, "a whole number of at least 0");
  }
  return std::vector{std::move(text)};
}

Result<> add_flag(const McpProperty& property, const Json& json, std::vector<std::string>& words) {
  const bool* on = json.value.boolean();
  if (json.kind != Json::Kind::scalar || on == nullptr) {
    return unfit(property, "true or false");
  }
  if (*on) {
    words.push_back("--" + property.option);
  }
  return {};
}

Result<> add_option(const McpProperty& property,
                    const Json& json,
                    std::vector<std::string>& words) {
  LUTHIER_TAKE(const auto texts, values(property, json));
  for (const std::string& text : texts) {
    words.push_back(formatted("--{}={}", property.option, text));
  }
  return {};
}

Result<> add_operand(const McpProperty& property,
                     const Json& json,
                     const std::filesystem::path& results,
                     std::vector<std::string>& words) {
  if (property.kind == McpKind::experiment) {
    LUTHIER_TAKE(auto name, experiment(property, json, results));
    words.push_back(std::move(name));
    return {};
  }
  if (property.kind == McpKind::experiments && json.kind == Json::Kind::list) {
    for (const Json& item : json.items) {
      LUTHIER_TAKE(auto name, experiment(property, item, results));
      words.push_back(std::move(name));
    }
    return json.items.empty() ? unfit(property, "a list of at least one name") : Result<>();
  }
  if (property.kind == McpKind::experiments) {
    return unfit(property, "a list of experiments' names");
  }
  LUTHIER_TAKE(auto texts, values(property, json));
  words.push_back(std::move(texts.front()));
  return {};
}

Result<> add_program(const McpProperty& property,
                     const Json& json,
                     std::vector<std::string>& words) {
  LUTHIER_TAKE(auto program, typed_list(property, json));
  words.emplace_back("--");
  words.insert(words.end(), program.begin(), program.end());
  return {};
}

Result<> add(const McpProperty& property,
             const Json& json,
             const std::filesystem::path& results,
             std::vector<std::string>& words) {
  switch (property.place) {
    case McpPlace::operand:
      return add_operand(property, json, results, words);
    case McpPlace::program:
      return add_program(property, json, words);
    case McpPlace::option:
      return property.kind == McpKind::flag    ? add_flag(property, json, words)
             : property.kind == McpKind::space ? add_space(property, json, words)
                                               : add_option(property, json, words);
    case McpPlace::nowhere:
      break;
  }
  const auto number = json.kind == Json::Kind::scalar ? json.value.number() : std::nullopt;
  return number && *number >= 0 ? Result<>() : unfit(property, "a number of at least 0");
}

Result<> check_names(const McpTool& tool, const Json& arguments) {
  std::vector<std::string> known;
  for (const McpProperty& property : tool.properties) {
    known.push_back(property.name);
    if (property.required && given(arguments, property.name) == nullptr) {
      return failure(ErrorCode::invalid_argument,
                     "{} needs '{}': {}",
                     tool.name,
                     property.name,
                     property.description);
    }
  }
  for (const auto& [name, value] : arguments.members) {
    if (std::ranges::find(known, name) == known.end()) {
      return Error{ErrorCode::invalid_argument,
                   unknown_name("argument of " + tool.name, name, known)};
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> tool_words(const McpTool& tool,
                                            const Json& arguments,
                                            const std::filesystem::path& results) {
  LUTHIER_TRY(check_names(tool, arguments));
  std::vector<std::string> words = tool.command;
  words.push_back("--results=" + results.string());
  words.emplace_back("--json");
  // As the tool orders them: the program, which ends the options, is its last.
  for (const McpProperty& property : tool.properties) {
    if (const Json* json = given(arguments, property.name)) {
      LUTHIER_TRY(add(property, *json, results, words));
    }
  }
  return words;
}

double number_of(const Json& arguments, std::string_view name, double usual, double most) {
  const Json* json = arguments.find(name);
  const auto number = json != nullptr ? json->value.number() : std::nullopt;
  return std::clamp(number && !std::isnan(*number) ? *number : usual, 0.0, most);
}

std::string text_of(const Json& arguments, std::string_view name) {
  const Json* json = arguments.find(name);
  return json != nullptr ? typed(*json).value_or("") : "";
}

}  // namespace luthier

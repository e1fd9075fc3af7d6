#include "core/space/space_toml.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "core/space/domain_text.h"
#include "core/space/toml_nesting.h"

namespace luthier {
namespace {

class TomlSpace {
 public:
  void group(const toml::table& table, const std::string& prefix) {
    // The library sorts keys by name; people mean the order they wrote.
    std::vector<std::pair<std::string_view, const toml::node*>> entries;
    for (const auto& [key, node] : table) {
      entries.emplace_back(key.str(), &node);
    }
    std::ranges::stable_sort(entries, {}, [](const auto& entry) {
      const auto& begin = entry.second->source().begin;
      return std::tuple(begin.line, begin.column);
    });
    for (const auto& [key, node] : entries) {
      if (prefix.empty() && key == "constraints") {
        constraints(*node);
      } else {
        entry(prefix + std::string(key), *node);
      }
    }
  }

  Result<Space> finish() {
    if (!problems_.empty()) {
      return Error{ErrorCode::invalid_argument, join(problems_, "\n")};
    }
    return std::move(space_);
  }

 private:
  void entry(const std::string& name, const toml::node& node) {
    const auto* table = node.as_table();
    if (table == nullptr) {
      parameter(name, node, {});
    } else if (is_parameter(*table)) {
      const auto condition = (*table)["if"];
      if (condition && !condition.is_string()) {
        problems_.push_back(
            formatted("parameter '{}': 'if' must be text, as in \"opt == 'sgd'\"", name));
        return;
      }
      parameter(name, *table->get("domain"), condition.value_or(std::string()));
    } else {
      group(*table, name + ".");
    }
  }

  static bool is_parameter(const toml::table& table) {
    return table.contains("domain") && table.size() == (table.contains("if") ? 2U : 1U);
  }

  void parameter(const std::string& name, const toml::node& node, const std::string& condition) {
    const auto value = to_value(node);
    if (!value) {
      problems_.push_back(formatted(
          "parameter '{}' holds a date, a time or a table in a list; write it as text", name));
      return;
    }
    auto read = make_parameter(name, *value);
    if (!read) {
      problems_.push_back(read.error().message);
      return;
    }
    auto added = space_.add(name, std::move(read->domain));
    for (const auto& each : {read->condition, condition}) {
      if (!each.empty()) {
        added.when(each);
      }
    }
  }

  void constraints(const toml::node& node) {
    const auto* list = node.as_array();
    if (list == nullptr || !list->is_homogeneous(toml::node_type::string)) {
      if (list == nullptr || !list->empty()) {
        problems_.emplace_back("'constraints' must be a list of texts, as in [\"a < b\"]");
      }
      return;
    }
    for (const auto& item : *list) {
      space_.constrain(item.value_or(std::string()));
    }
  }

  static std::optional<Value> to_value(const toml::node& node) {
    if (const auto* list = node.as_array()) {
      ValueList values;
      for (const auto& item : *list) {
        auto value = to_value(item);
        if (!value) {
          return std::nullopt;
        }
        values.push_back(std::move(*value));
      }
      return Value(std::move(values));
    }
    if (const auto* integer = node.as_integer()) {
      return Value(integer->get());
    }
    if (const auto* real = node.as_floating_point()) {
      return Value(real->get());
    }
    if (const auto* boolean = node.as_boolean()) {
      return Value(boolean->get());
    }
    const auto* text = node.as_string();
    return text ? std::optional<Value>(text->get()) : std::nullopt;
  }

  Space space_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<Space> parse_space_toml(std::string_view document) {
  if (const auto line = too_deeply_nested_line(document)) {
    return failure(ErrorCode::invalid_argument, "line {}: {}", *line, too_deeply_nested_text());
  }
  try {
    return read_space(toml::parse(document));
  } catch (const toml::parse_error& error) {
    const auto& begin = error.source().begin;
    return failure(ErrorCode::invalid_argument,
                   "not TOML at line {}, column {}: {}",
                   begin.line,
                   begin.column,
                   error.description());
  }
}

Result<Space> read_space(const toml::table& document) {
  TomlSpace space;
  if (const auto* node = document.get("space")) {
    if (!node->is_table()) {
      return Error{ErrorCode::invalid_argument,
                   "'space' must be a table of parameters: write [space] above them"};
    }
    space.group(*node->as_table(), "");
  }
  return space.finish();
}

}  // namespace luthier

#include "executors/programs/command/parameter_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

constexpr std::array<std::string_view, 3> kFormats = {"json", "toml", "yaml"};

// YAML 1.1 readers take 1e-05 for text: a number needs its point. TOML allows it.
std::string real(double number, std::string_view not_a_number, std::string_view infinity) {
  if (std::isnan(number)) {
    return std::string(not_a_number);
  }
  if (std::isinf(number)) {
    return (number < 0 ? "-" : "") + std::string(infinity);
  }
  std::string text = format_number(number);
  if (text.find('.') == std::string::npos) {
    const auto exponent = text.find('e');
    text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  }
  return text;
}

// A group of values and of groups, in the order of their first appearance.
struct Group {
  struct Entry {
    std::string key;
    const Value* value = nullptr;  // null: a group
    std::vector<Group> group;      // then one
  };
  std::vector<Entry> entries;

  Group& within(const std::string& key) {
    auto found = std::ranges::find(entries, key, &Entry::key);
    if (found == entries.end()) {
      found = entries.insert(found, {.key = key, .group = {Group()}});
    }
    return found->group.front();
  }
};

// TOML has no null: an absent key says the same.
Group group_of(const Config& config, ParameterFormat format, ParameterShape shape) {
  Group root;
  for (const auto& [name, value] : config) {
    if (format == ParameterFormat::toml && value.is_null()) {
      continue;
    }
    Group* group = &root;
    std::string key = name;
    if (shape == ParameterShape::nested) {
      const auto parts = split(name, '.');
      for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        group = &group->within(parts[i]);
      }
      key = parts.back();
    }
    group->entries.push_back({.key = std::move(key), .value = &value, .group = {}});
  }
  return root;
}

void append_json(std::string& out, const Group& group) {
  out += '{';
  for (const auto& entry : group.entries) {
    out += &entry == group.entries.data() ? "" : ", ";
    append_json_string(out, entry.key);
    out += ": ";
    if (entry.value != nullptr) {
      out += to_json(*entry.value);
    } else {
      append_json(out, entry.group.front());
    }
  }
  out += '}';
}

void append_yaml(std::string& out, const Group& group, const std::string& indent) {
  for (const auto& entry : group.entries) {
    out += formatted("{}{}:", indent, json_string(entry.key));
    if (entry.value != nullptr) {
      out += formatted(" {}\n", format_value(*entry.value, ParameterFormat::yaml));
    } else {
      out += "\n";
      append_yaml(out, entry.group.front(), indent + "  ");
    }
  }
}

// Values go before tables, which run to the next heading.
void append_toml(std::string& out, const Group& group, const std::string& path) {
  for (const auto& entry : group.entries) {
    if (entry.value != nullptr) {
      out += formatted(
          "{} = {}\n", json_string(entry.key), format_value(*entry.value, ParameterFormat::toml));
    }
  }
  for (const auto& entry : group.entries) {
    if (entry.value == nullptr) {
      const std::string inner = (path.empty() ? "" : path + ".") + json_string(entry.key);
      out += formatted("\n[{}]\n", inner);
      append_toml(out, entry.group.front(), inner);
    }
  }
}

}  // namespace

std::string_view to_text(ParameterFormat format) {
  return kFormats[static_cast<std::size_t>(format)];
}

std::string format_value(const Value& value, ParameterFormat format) {
  if (format == ParameterFormat::json) {
    return to_json(value);
  }
  if (const auto* number = std::get_if<double>(&value.data())) {
    const bool yaml = format == ParameterFormat::yaml;
    return real(*number, yaml ? ".nan" : "nan", yaml ? ".inf" : "inf");
  }
  if (const auto* list = value.list()) {
    std::string out = "[";
    for (const auto& element : *list) {
      out += out.size() > 1 ? ", " : "";
      out += format_value(element, format);
    }
    return out + "]";
  }
  return to_json(value);
}

std::string format_parameters(const Config& config, ParameterFormat format, ParameterShape shape) {
  const Group root = group_of(config, format, shape);
  std::string out;
  switch (format) {
    case ParameterFormat::json:
      append_json(out, root);
      return out + "\n";
    case ParameterFormat::toml:
      append_toml(out, root, "");
      return out;
    case ParameterFormat::yaml:
      append_yaml(out, root, "");
      return out.empty() ? "{}\n" : out;
  }
  return out;
}

std::filesystem::path parameters_path(const std::filesystem::path& directory,
                                      ParameterFormat format) {
  return directory / ("params." + std::string(to_text(format)));
}

std::filesystem::path flat_parameters_path(const std::filesystem::path& directory) {
  return directory / "params.flat.json";
}

std::optional<std::string> nesting_problem(std::span<const std::string> names) {
  const std::set<std::string, std::less<>> all(names.begin(), names.end());
  for (const std::string& name : names) {
    for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
      const std::string outer = name.substr(0, dot);
      if (all.contains(outer)) {
        return formatted(
            "the parameters '{}' and '{}' can't be in one {{params.file}}, where '{}' would be a "
            "value and a group; rename one",
            outer,
            name,
            outer);
      }
    }
  }
  return std::nullopt;
}

}  // namespace luthier

#include "cli/options/experiment_file.h"

#include <algorithm>
#include <utility>

#include <toml++/toml.h>

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "cli/advice/foreign_options.h"
#include "cli/options/option_table.h"
#include "cli/output/json_objects.h"
#include "core/space/space_toml.h"
#include "core/space/toml_nesting.h"

namespace luthier::cli {
namespace {

// What the headings may hold besides the options of `run`.
constexpr std::string_view kCommandKey = "command";

class FileReader {
 public:
  explicit FileReader(std::string path) : path_(std::move(path)) {}

  void read(const toml::table& root) {
    for (const auto& [key, node] : root) {
      const std::string name(key.str());
      const auto* table = node.as_table();
      if (name == "space" || name == "tag" || name == "resource") {
        if (name != "space") {
          setting("", name, node);
        }
        continue;
      }
      if (table == nullptr) {
        setting("", name, node);
      } else if (is_heading(name)) {
        for (const auto& [inner, value] : *table) {
          setting(name, std::string(inner.str()), value);
        }
      } else {
        problem(node, unknown_name("heading", name, headings()));
      }
    }
  }

  void read_space_of(const toml::table& root) {
    auto space = read_space(root);
    if (space) {
      file.space = std::move(*space);
      return;
    }
    for (const auto& line : split(space.error().message, '\n')) {
      problems.push_back(formatted("{}: {}", path_, line));
    }
  }

  ExperimentFile file;
  std::vector<std::string> problems;

 private:
  static std::vector<std::string> headings() {
    std::vector<std::string> names;
    for (const Option& option : file_settings()) {
      if (std::ranges::find(names, option.group) == names.end()) {
        names.emplace_back(option.group);
      }
    }
    return names;
  }
  static bool is_heading(const std::string& name) {
    const auto names = headings();
    return std::ranges::find(names, name) != names.end();
  }

  std::string place(const toml::node& node) const {
    return formatted("{}, line {}", path_, node.source().begin.line);
  }
  void problem(const toml::node& node, const std::string& what) {
    problems.push_back(formatted("{}: {}", place(node), what));
  }

  void setting(const std::string& heading, const std::string& key, const toml::node& node) {
    if (key == kCommandKey) {
      return command(node);
    }
    const auto found = std::ranges::find(file_settings(), key, &Option::name);
    if (found == file_settings().end()) {
      return unknown(heading, key, node);
    }
    if (!heading.empty() && heading != found->group) {
      return problem(node,
                     formatted("'{}' belongs under [{}], not [{}]", key, found->group, heading));
    }
    values(*found, node);
  }

  void unknown(const std::string& heading, const std::string& key, const toml::node& node) {
    std::vector<std::string> known;
    for (const Option& option : file_settings()) {
      if (heading.empty() || option.group == heading) {
        known.emplace_back(option.name);
      }
    }
    if (heading.empty() || heading == "execution") {
      known.emplace_back(kCommandKey);
    }
    const auto foreign = foreign_option(key);
    const bool meant = foreign && std::ranges::find(known, foreign->ours) != known.end();
    problem(node,
            meant ? formatted("no setting '{}'; did you mean '{}'?", key, foreign->ours)
                  : unknown_name("setting", key, known));
  }

  void command(const toml::node& node) {
    const auto* list = node.as_array();
    if (list == nullptr || list->empty() || !list->is_homogeneous(toml::node_type::string)) {
      return problem(
          node,
          "'command' must be a list of texts, as in [\"python\", \"train.py\", \"--lr\", "
          "\"{lr}\"]");
    }
    for (const auto& word : *list) {
      file.command.push_back(word.value_or(std::string()));
    }
  }

  void add(const Option& option, std::string value, const toml::node& node) {
    file.settings.push_back(
        {&option, std::move(value), formatted("{}: {}", place(node), option.name)});
  }

  void values(const Option& option, const toml::node& node) {
    if (!option.takes_value()) {
      const auto* on = node.as_boolean();
      if (on == nullptr) {
        return problem(node, formatted("'{}' must be true or false", option.name));
      }
      if (on->get()) {
        add(option, "", node);
      }
      return;
    }
    if (const auto* table = node.as_table(); table && option.repeatable) {
      for (const auto& [key, value] : *table) {
        if (auto text = scalar(value)) {
          add(option, formatted("{}={}", key.str(), *text), value);
        } else {
          wrong_kind(option, value);
        }
      }
      return;
    }
    if (const auto* list = node.as_array()) {
      return list_values(option, *list);
    }
    if (auto text = scalar(node)) {
      add(option, std::move(*text), node);
    } else {
      wrong_kind(option, node);
    }
  }

  // A repeatable option takes its values one by one, one such as --log A,B,... all in one.
  void list_values(const Option& option, const toml::array& list) {
    std::string together;
    for (const auto& item : list) {
      auto text = scalar(item);
      const bool listed = option.argument.ends_with(",...");
      if (!text || (!option.repeatable && !listed)) {
        return wrong_kind(option, item);
      }
      if (option.repeatable) {
        add(option, std::move(*text), item);
      } else {
        together += (together.empty() ? "" : ",") + *text;
      }
    }
    if (!option.repeatable) {
      add(option, list.empty() ? "none" : together, list);
    }
  }

  void wrong_kind(const Option& option, const toml::node& node) {
    problem(node,
            formatted("'{}' must be {}",
                      option.name,
                      option.repeatable ? "text, a number or a list of them" : "text or a number"));
  }

  static std::optional<std::string> scalar(const toml::node& node) {
    if (const auto* text = node.as_string()) {
      return text->get();
    }
    if (const auto* integer = node.as_integer()) {
      return std::to_string(integer->get());
    }
    if (const auto* real = node.as_floating_point()) {
      return format_number(real->get());
    }
    return std::nullopt;
  }

  const std::string path_;
};

}  // namespace

Result<ExperimentFile> read_experiment_file(const std::string& path) {
  const auto text = read_text_file(path);
  if (!text) {
    return text.error();
  }
  if (const auto line = too_deeply_nested_line(*text)) {
    return failure(
        ErrorCode::invalid_argument, "{}, line {}: {}", path, *line, too_deeply_nested_text());
  }
  FileReader reader(path);
  try {
    const toml::table document = toml::parse(*text);
    reader.read(document);
    reader.read_space_of(document);
  } catch (const toml::parse_error& error) {
    return failure(ErrorCode::invalid_argument,
                   "{}, line {}: this is not TOML: {}",
                   path,
                   error.source().begin.line,
                   error.description());
  }
  if (!reader.problems.empty()) {
    return Error{ErrorCode::invalid_argument, join(reader.problems, "\n")};
  }
  return std::move(reader.file);
}

}  // namespace luthier::cli

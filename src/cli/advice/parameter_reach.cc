#include "cli/advice/parameter_reach.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <unordered_set>

#include "core/expression/expression.h"

namespace luthier::cli {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;
using Names = std::unordered_set<std::string>;

constexpr std::string_view kTemplate = "template:";

// What a file says, of a large one its beginning; "" for anything but a file.
std::string text_of(const std::string& path) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    return {};
  }
  std::string text(kMost, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return text;
}

// What stands in braces, without that in doubled ones.
Words in_braces(std::string_view text) {
  Words names;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) == "{{" || text.substr(at, 2) == "}}") {
      ++at;
    } else if (text[at] == '{') {
      const auto end = text.find_first_of("{}\n", at + 1);
      if (end != std::string_view::npos && text[end] == '}') {
        names.emplace_back(text.substr(at + 1, end - at - 1));
        at = end;
      }
    }
  }
  return names;
}

Words placeholders(const ExperimentSpec& spec) {
  Words all;
  for (const auto& word : spec.command) {
    Words names = in_braces(word);
    all.insert(all.end(), names.begin(), names.end());
  }
  return all;
}

Words templates(const Words& placeholders) {
  Words files;
  for (const auto& name : placeholders) {
    if (name.starts_with(kTemplate)) {
      files.push_back(name.substr(kTemplate.size()));
    }
  }
  return files;
}

// Whether a text of a shell or of another language uses the arguments behind it.
bool uses_arguments(const std::string& shell, const std::string& text) {
  if (shell.find("sh") == std::string::npos) {
    return text.find("arg") != std::string::npos || text.find("ARG") != std::string::npos;
  }
  for (auto at = text.find('$'); at != std::string::npos; at = text.find('$', at + 1)) {
    const auto next = text.find_first_not_of('{', at + 1);
    const bool one = next != std::string::npos &&
                     std::string_view("0123456789@*").find(text[next]) != std::string::npos;
    if (one) {
      return true;
    }
  }
  return false;
}

// `sh -c TEXT`, whose arguments are the text's own.
bool ignores_arguments(const Words& command) {
  const bool text =
      command.size() >= 3 && (command[1] == "-c" || command[1] == "-e" || command[1] == "-lc");
  return text && !uses_arguments(fs::path(command[0]).filename().string(), command[2]);
}

bool mentions_luthier(const Words& command) {
  return std::ranges::any_of(command, [](const std::string& word) {
    const std::string text = text_of(word);
    return word.find("LUTHIER_") != std::string::npos ||
           text.find("LUTHIER_") != std::string::npos || text.find("luthier") != std::string::npos;
  });
}

// The names that conditions and formulas of the space read.
Names names_read(const Space& space) {
  Words odd;  // those that an expression can't know by itself
  for (const Parameter& parameter : space.parameters()) {
    if (expression_name(parameter.name) != parameter.name) {
      odd.push_back(parameter.name);
    }
  }
  Names read;
  const auto add = [&](const std::string& text) {
    if (text.empty()) {
      return;
    }
    if (const auto expression = parse_expression(text, odd)) {
      read.insert(expression->names().begin(), expression->names().end());
    }
  };
  for (const Parameter& parameter : space.parameters()) {
    add(parameter.condition);
    add(parameter.domain.formula);
  }
  return read;
}

bool is_in_a_resource(const ExperimentSpec& spec, const std::string& name) {
  return std::ranges::any_of(spec.resources, [&](const auto& claim) {
    return claim.second.find(name) != std::string::npos;
  });
}

bool brings_all(std::string_view placeholder) {
  return placeholder == "args" || placeholder.starts_with("args:") ||
         placeholder.starts_with("params.file:");
}

// Those that reach the program, or that other parameters or what a trial needs depend on.
Names names_brought(const ExperimentSpec& spec, const Words& placeholders) {
  Names names = names_read(spec.space);
  names.insert(placeholders.begin(), placeholders.end());
  for (const auto& file : templates(placeholders)) {
    const Words inside = in_braces(text_of(file));
    names.insert(inside.begin(), inside.end());
  }
  for (const Parameter& parameter : spec.space.parameters()) {
    const std::string& name = parameter.name;
    if (names.contains(name + "...") || is_in_a_resource(spec, name) ||
        parameter.domain.kind == DomainKind::secret) {
      names.insert(name);
    }
  }
  return names;
}

bool is_identifier(std::string_view word) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
  };
  return !word.empty() && std::isalpha(static_cast<unsigned char>(word.front())) != 0 &&
         std::ranges::all_of(word, fits);
}

}  // namespace

std::vector<std::string> unseen_parameters(const ExperimentSpec& spec) {
  const Words all = placeholders(spec);
  const bool given_all =
      all.empty() ? !ignores_arguments(spec.command) : std::ranges::any_of(all, brings_all);
  if (spec.command.empty() || given_all || mentions_luthier(spec.command)) {
    return {};
  }
  const Names brought = names_brought(spec, all);
  Words unseen;
  for (const Parameter& parameter : spec.space.parameters()) {
    if (!brought.contains(parameter.name)) {
      unseen.push_back(parameter.name);
    }
  }
  return unseen;
}

std::vector<StrayName> stray_names(const ExperimentSpec& spec) {
  constexpr std::array<const char*, 3> kTrial = {"trial.dir", "trial.id", "trial.seed"};
  Names known(kTrial.begin(), kTrial.end());
  for (const Parameter& parameter : spec.space.parameters()) {
    known.insert(parameter.name);
  }
  std::vector<StrayName> strays;
  for (const auto& file : templates(placeholders(spec))) {
    Names seen;
    for (const auto& name : in_braces(text_of(file))) {
      if (is_identifier(name) && !known.contains(name) && seen.insert(name).second) {
        strays.push_back({file, name});
      }
    }
  }
  return strays;
}

}  // namespace luthier::cli

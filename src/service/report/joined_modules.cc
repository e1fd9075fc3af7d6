#include "service/report/joined_modules.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

constexpr std::string_view kImport = "import { ";
constexpr std::string_view kFrom = " } from \"/assets/";
constexpr std::string_view kExport = "export ";

// The word after `function`, `const` and their like.
std::string declared_name(std::string_view declaration) {
  const auto words = split(declaration.substr(0, declaration.find_first_of("(={")), ' ');
  const auto named = std::ranges::find_if(words, [](const std::string& word) {
    return word != "async" && word != "function" && word != "const" && word != "class";
  });
  LUTHIER_CHECK(named != words.begin() && named != words.end() && !named->empty(),
                std::string(declaration).c_str());
  return *named;
}

class Joining {
 public:
  explicit Joining(const ModuleText& text_of) : text_of_(text_of) {}

  void add(const std::string& name) {
    if (std::ranges::find(done_, name) != done_.end()) {
      return;
    }
    LUTHIER_CHECK(std::ranges::find(begun_, name) == begun_.end(), name.c_str());
    begun_.push_back(name);
    std::string body;
    std::string exported;
    for (const std::string& line : split(text_of_(name), '\n')) {
      if (line.starts_with(kImport)) {
        body += imported(line);
      } else if (line.starts_with(kExport)) {
        const std::string declaration = line.substr(kExport.size());
        exported += (exported.empty() ? "" : ", ") + declared_name(declaration);
        body += declaration + "\n";
      } else {
        body += line + "\n";
      }
    }
    script_ += formatted(
        "modules[\"{}\"] = (() => {{\n{}return {{ {} }};\n}})();\n", name, body, exported);
    done_.push_back(name);
  }
  std::string script() && { return "const modules = {};\n" + std::move(script_); }

 private:
  // Joins what a line imports before; the line that stands for it.
  std::string imported(const std::string& line) {
    const auto from = line.find(kFrom);
    LUTHIER_CHECK(from != std::string::npos && line.ends_with("\";"), line.c_str());
    const auto begin = from + kFrom.size();
    const std::string name = line.substr(begin, line.size() - begin - 2);
    const std::string names = line.substr(kImport.size(), from - kImport.size());
    add(name);
    return formatted("const {{ {} }} = modules[\"{}\"];\n", names, name);
  }

  const ModuleText& text_of_;
  std::vector<std::string> begun_;
  std::vector<std::string> done_;
  std::string script_;
};

}  // namespace

std::string joined_modules(std::string_view first, const ModuleText& text_of) {
  Joining joining(text_of);
  joining.add(std::string(first));
  return std::move(joining).script();
}

}  // namespace luthier

#include "executors/programs/command/template_digests.h"

#include <vector>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

std::string line_of(const FileTemplate& file) {
  return formatted("{} {}", file.digest(), file.path());
}

}  // namespace

std::string template_digests(const CommandTemplate& command) {
  std::vector<std::string> lines;
  for (const FileTemplate& file : command.templates()) {
    lines.push_back(line_of(file));
  }
  return join(lines, "\n");
}

Result<> check_template_digests(const CommandTemplate& command, const std::string& recorded) {
  std::vector<std::string> problems;
  for (const auto& line : split(recorded, '\n')) {
    const auto blank = line.find(' ');
    const std::string path = blank == std::string::npos ? "" : line.substr(blank + 1);
    for (const FileTemplate& file : command.templates()) {
      if (file.path() == path && line_of(file) != line) {
        problems.push_back(
            formatted("the template {} has changed since the experiment began, so its trials would "
                      "differ; restore it, or start a new experiment",
                      path));
      }
    }
  }
  return problems.empty() ? Result<>()
                          : Result<>(Error{ErrorCode::invalid_argument, join(problems, "\n")});
}

}  // namespace luthier

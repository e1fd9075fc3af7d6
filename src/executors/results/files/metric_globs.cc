#include "executors/results/files/metric_globs.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fnmatch.h>

#include "base/format.h"
#include "base/text.h"

namespace luthier {
namespace {

constexpr int kDeepest = 16;
constexpr std::size_t kMostLooks = 20'000;  // at entries of the directory
constexpr std::size_t kMostFiles = 1000;

// `parts` is used up where the glob is a directory's.
bool matches(std::span<const std::string> glob, std::span<const std::string> parts) {
  if (glob.empty() || parts.empty()) {
    return glob.empty();
  }
  if (glob.front() == "**") {
    return matches(glob.subspan(1), parts) || matches(glob, parts.subspan(1));
  }
  return fnmatch(glob.front().c_str(), parts.front().c_str(), FNM_PERIOD) == 0 &&
         matches(glob.subspan(1), parts.subspan(1));
}

std::vector<std::string> parts_of(std::string_view path) {
  auto parts = split(path, '/');
  std::erase_if(parts, [](const std::string& part) { return part.empty() || part == "."; });
  return parts;
}

// Written there by the executor and the loggers.
bool is_ours(std::string_view path) {
  constexpr std::array<std::string_view, 4> kBegins = {
      "stdout.log", "stderr.log", "params.", "progress.csv"};
  return path == "result.json" || path.ends_with(".luthier") ||
         std::ranges::any_of(kBegins, [&](auto begin) { return path.starts_with(begin); });
}

// The files below a directory that a glob names, and what else is there.
struct Search {
  const ContainedFiles& files;
  const std::vector<std::string>& globs;
  std::vector<std::string> found = {};
  std::vector<std::string> other_files = {};
  std::vector<std::string> no_files = {};  // that a glob names: links, pipes
  std::size_t looks = 0;

  void look_into(const std::string& directory, int depth) {
    const auto names = files.list(directory);
    for (const auto& name : names.value_or(std::vector<std::string>())) {
      if (++looks >= kMostLooks || found.size() >= kMostFiles) {
        return;
      }
      look_at(directory.empty() ? name : formatted("{}/{}", directory, name), depth);
    }
  }

  void look_at(const std::string& path, int depth) {
    const auto status = files.status(path);
    if (status && S_ISDIR(status->st_mode) && depth < kDeepest) {
      look_into(path, depth + 1);
    } else if (status && !is_ours(path)) {
      const bool regular = S_ISREG(status->st_mode);
      if (wanted(path)) {
        (regular ? found : no_files).push_back(path);
      } else if (regular) {
        other_files.push_back(path);
      }
    }
  }

  bool wanted(const std::string& path) const {
    return std::ranges::any_of(globs,
                               [&](const std::string& glob) { return matches_glob(glob, path); });
  }
};

}  // namespace

bool has_open_bracket(std::string_view part) {
  for (std::size_t at = 0; at < part.size(); ++at) {
    if (part[at] == '\\') {
      ++at;
    } else if (part[at] == '[') {
      const std::size_t set = at + (part.substr(at + 1).starts_with('!') ? 2 : 1);
      at = part.find(']', set + 1);  // the first character is one of the set, whatever it is
      if (at == std::string_view::npos) {
        return true;
      }
    }
  }
  return false;
}

bool matches_glob(std::string_view glob, std::string_view path) {
  return matches(parts_of(glob), parts_of(path));
}

std::vector<std::string> metric_files(const ContainedFiles& directory,
                                      const std::vector<std::string>& globs) {
  Search search{directory, globs};
  search.look_into({}, 0);
  std::ranges::sort(search.found);
  return std::move(search.found);
}

std::string no_metric_file(const ContainedFiles& directory, const std::vector<std::string>& globs) {
  constexpr std::size_t kMostNamed = 8;
  Search search{directory, globs};
  search.look_into({}, 0);
  if (!search.found.empty()) {
    return {};
  }
  const std::string what =
      search.no_files.empty()
          ? "no such file was written"
          : join(search.no_files, ", ") + (search.no_files.size() == 1
                                               ? " is not a regular file and is not read"
                                               : " are not regular files and are not read");
  auto& others = search.other_files;
  std::ranges::sort(others);
  if (others.size() > kMostNamed) {
    others.resize(kMostNamed);
    others.emplace_back("...");
  }
  return what + (others.empty() ? "; the program wrote no other file to the trial's directory"
                                : "; the program wrote " + join(others, ", "));
}

}  // namespace luthier

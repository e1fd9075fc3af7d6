#include "executors/metric_globs.h"

#include <algorithm>
#include <array>
#include <span>
#include <system_error>

#include <fnmatch.h>

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

}  // namespace

bool matches_glob(std::string_view glob, std::string_view path) {
  return matches(parts_of(glob), parts_of(path));
}

std::vector<std::string> metric_files(const std::filesystem::path& directory,
                                      const std::vector<std::string>& globs) {
  namespace fs = std::filesystem;
  std::vector<std::string> found;
  std::error_code error;
  std::size_t looks = 0;
  for (auto each = fs::recursive_directory_iterator(
           directory, fs::directory_options::skip_permission_denied, error);
       !error && each != fs::recursive_directory_iterator() && ++looks < kMostLooks &&
       found.size() < kMostFiles;
       each.increment(error)) {
    std::error_code ignored;
    const auto type = each->symlink_status(ignored).type();
    if (type == fs::file_type::directory && each.depth() >= kDeepest) {
      each.disable_recursion_pending();
    }
    const std::string path = each->path().lexically_relative(directory).string();
    const bool wanted = std::ranges::any_of(
        globs, [&](const std::string& glob) { return matches_glob(glob, path); });
    if (type == fs::file_type::regular && wanted && !is_ours(path)) {
      found.push_back(path);
    }
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace luthier

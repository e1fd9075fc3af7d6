// Which files of a trial's directory hold its results. Nothing outside of the directory is reached:
// symbolic links are neither read nor followed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace luthier {

// Whether `path`, relative, is what the glob names: `*`, `?` and `[...]` within a name, `**` for
// any directories. A glob that names a directory means everything below it.
bool matches_glob(std::string_view glob, std::string_view path);

// Relative paths of the regular files that match, in the order of their names; not those that
// luthier itself writes there.
std::vector<std::string> metric_files(const std::filesystem::path& directory,
                                      const std::vector<std::string>& globs);

}  // namespace luthier

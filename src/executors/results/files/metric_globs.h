// Which files of a trial's directory hold its results. Links are none, and are not followed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/contained_files.h"

namespace luthier {

// Whether `path`, relative, is what the glob names: `*`, `?` and `[...]` within a name, `**` for
// any directories. A glob that names a directory means everything below it.
bool matches_glob(std::string_view glob, std::string_view path);

// Whether a [ in a part of a glob is never closed, so that it can't be meant as a set.
bool has_open_bracket(std::string_view part);

// Relative paths of the regular files that match, in the order of their names; not those that
// luthier itself writes there.
std::vector<std::string> metric_files(const ContainedFiles& directory,
                                      const std::vector<std::string>& globs);

// Why no file was read, in words that follow the globs: what there is instead of a file, and which
// files the directory has. Empty if there is a file.
std::string no_metric_file(const ContainedFiles& directory, const std::vector<std::string>& globs);

}  // namespace luthier

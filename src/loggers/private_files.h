// Writing the files only their owner may read: directories 0700, files 0600 whatever the umask, and
// nothing outside the directory of the ContainedFiles. Every error names the file and what the
// system said.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "base/contained_files.h"
#include "luthier/error.h"

namespace luthier {

// Creates `directory` and its missing parents; what exists already keeps its mode.
Result<> make_private_directories(const std::filesystem::path& directory);
// Appends all of `bytes`; creates the file, and its directories, if need be.
Result<> append_to_file(const ContainedFiles& files,
                        const std::filesystem::path& name,
                        std::string_view bytes);
// Takes the last `bytes` away; nothing of a file that is not there or has fewer.
Result<> cut_file(const ContainedFiles& files,
                  const std::filesystem::path& name,
                  std::size_t bytes);
// Replaces the whole content at once: a reader sees the old bytes or the new ones.
Result<> replace_file(const ContainedFiles& files,
                      const std::filesystem::path& name,
                      std::string_view bytes);
// Moves `from` over `to`, creating the directories of `to`.
Result<> move_file(const ContainedFiles& files,
                   const std::filesystem::path& from,
                   const std::filesystem::path& to);
// The name under which a new version of `name` is prepared, beside it.
std::filesystem::path temporary_name(const std::filesystem::path& name);
// Passes the file on in pieces, until an error. not_found when there is none.
Result<> read_pieces(const ContainedFiles& files,
                     const std::filesystem::path& name,
                     const std::function<Result<>(std::string_view)>& receive);

// Makes `actual` hold exactly the bytes of `expected`, and removes `expected`: where `actual` is a
// proper beginning the rest is appended (readers that follow the file notice nothing), where it is
// anything else it is replaced.
Result<> bring_up_to_date(const ContainedFiles& files,
                          const std::filesystem::path& actual,
                          const std::filesystem::path& expected);

}  // namespace luthier

// Writing the files only their owner may read: directories 0700, files 0600 whatever the umask, no
// following of symbolic links. Every error names the file and what the system said.
#pragma once

#include <filesystem>
#include <string_view>

#include "luthier/error.h"

namespace luthier {

// Creates `directory` and its missing parents; what exists already keeps its mode.
Result<> make_private_directories(const std::filesystem::path& directory);
// Appends all of `bytes`; creates the file, and its directories, if need be.
Result<> append_to_file(const std::filesystem::path& file, std::string_view bytes);
// Takes the last `bytes` away; nothing of a file that is not there or has fewer.
Result<> cut_file(const std::filesystem::path& file, std::size_t bytes);
// Replaces the whole content at once: a reader sees the old bytes or the new ones.
Result<> replace_file(const std::filesystem::path& file, std::string_view bytes);
// Moves `from` over `to`, creating the directories of `to`.
Result<> move_file(const std::filesystem::path& from, const std::filesystem::path& to);
// The name under which a new version of `file` is prepared, beside it.
std::filesystem::path temporary_name(const std::filesystem::path& file);

// Makes `actual` hold exactly the bytes of `expected`, and removes `expected`: where `actual` is a
// proper beginning the rest is appended (readers that follow the file notice nothing), where it is
// anything else it is replaced.
Result<> bring_up_to_date(const std::filesystem::path& actual,
                          const std::filesystem::path& expected);

}  // namespace luthier

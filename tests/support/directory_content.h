// Files as text, and everything in a directory as one value to compare.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace luthier {

std::string read_bytes(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, std::string_view bytes);
// Relative path -> content of every regular file; top-level hidden folders are left out.
std::map<std::string, std::string> content_of(const std::filesystem::path& directory);

}  // namespace luthier

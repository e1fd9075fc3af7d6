// The few system calls on files the store needs, as Results: private modes whatever the umask, and
// the syncs that make a new name survive a power loss. What lies below an experiment's directory is
// opened by ContainedFiles.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/contained_files.h"
#include "luthier/error.h"

namespace luthier {

// "cannot <what> <path>: <reason of errno>". Full disks and read-only places get a remedy. What is
// none of ours (a link, a pipe) is corruption.
Error system_error(std::string_view what, const std::filesystem::path& path);

// Makes the directory (and missing parents) with mode 0700; one that exists keeps its mode.
Result<> make_private_directory(const std::filesystem::path& path);
// Makes content (a file) or names (a directory) durable.
Result<> sync_file(const ContainedFiles& files, const std::filesystem::path& name);
Result<> sync_directory(const ContainedFiles& files, const std::filesystem::path& name);
Result<> write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path);

}  // namespace luthier

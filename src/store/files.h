// The few system calls on files the store needs, as Results: private modes whatever the umask, and
// the syncs that make a new name survive a power loss.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/file_descriptor.h"
#include "luthier/error.h"

namespace luthier {

// "cannot <what> <path>: <reason of errno>". Full disks and read-only places get a remedy.
Error system_error(std::string_view what, const std::filesystem::path& path);

// open(2), repeated when a signal interrupts it; O_CLOEXEC is added. Check valid(), then errno.
FileDescriptor open_file(const std::filesystem::path& path, int flags, unsigned mode = 0600);

// Makes the directory (and missing parents) with mode 0700; one that exists keeps its mode.
Result<> make_private_directory(const std::filesystem::path& path);
// A new file of mode 0600; an error if there is one already.
Result<> create_private_file(const std::filesystem::path& path);
// Makes content (a file) or names (a directory) durable.
Result<> sync_to_disk(const std::filesystem::path& path);
Result<> write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path);

}  // namespace luthier

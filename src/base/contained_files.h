// ContainedFiles: the one place that opens, makes, renames and removes what lies below a directory
// that may come from a stranger. No name leads outside: links below the root are not followed
// (those on the way to it are the user's own), nothing but regular files and directories is opened,
// and nothing blocks. Any thread.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/file_descriptor.h"

namespace luthier {

class ContainedFiles {
 public:
  // How a name is followed: by one openat2 where the kernel has it, or component by component.
  enum class Resolution { kernel, by_component };

  // Names are relative to `inner`, which is a name below `root` and under the same rules.
  explicit ContainedFiles(std::filesystem::path root,
                          std::filesystem::path inner = {},
                          Resolution resolution = Resolution::kernel);
  // For everything below the directory `inner` of these files.
  ContainedFiles within(const std::filesystem::path& inner) const;

  // Everything below sets errno when it fails. Beside what the kernel says: ELOOP, a link is on the
  // way; EXDEV, the name leads outside; ENXIO, neither a regular file nor a directory is there.

  // A regular file; flags as open(2) has them. A file that is made has mode 0600 whatever the
  // umask.
  FileDescriptor open(const std::filesystem::path& name, int flags) const;
  FileDescriptor open_directory(const std::filesystem::path& name) const;
  // Of the name itself, whatever it is.
  std::optional<struct stat> status(const std::filesystem::path& name) const;
  // The names in a directory, but for "." and ".."; unsorted.
  std::optional<std::vector<std::string>> list(const std::filesystem::path& name) const;

  // With its parents; mode 0700 whatever the umask. A directory that exists keeps its mode.
  bool make_directories(const std::filesystem::path& name) const;
  enum class Target { replaced, free };  // free: EEXIST when there is one
  bool rename(const std::filesystem::path& from,
              const std::filesystem::path& to,
              Target target = Target::replaced) const;
  bool remove(const std::filesystem::path& name) const;  // a file, a link or an empty directory
  // A directory with all that is in it too; what is not there is no error.
  bool remove_all(const std::filesystem::path& name) const;

  // The name as the user would write it.
  std::filesystem::path path(const std::filesystem::path& name) const;

 private:
  FileDescriptor follow(const std::filesystem::path& name, int flags) const;
  FileDescriptor follow_components(int root, const std::filesystem::path& name, int flags) const;
  FileDescriptor parent(const std::filesystem::path& name, std::string& leaf) const;

  std::filesystem::path root_;
  std::filesystem::path inner_;
  Resolution resolution_;
};

// What an errno of ContainedFiles means, in words that fit behind "cannot open X: ".
std::string file_trouble(int number);
// Whether it says that what is there is none of ours: a link, a device, a name that leads outside.
bool is_foreign(int number);

}  // namespace luthier

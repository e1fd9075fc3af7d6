#include "base/contained_files.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <linux/openat2.h>

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr int kDirectory = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kNeverBlock = O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kMostTries = 100;  // of what a signal or somebody else's renaming gets in the way of

FileDescriptor failed(int number) {
  errno = number;
  return {};
}

// Its components, without "."; nothing for a name that leads outside.
std::optional<std::vector<std::string>> components_of(const fs::path& name) {
  std::vector<std::string> components;
  if (name.is_absolute() || name.native().find('\0') != std::string::npos) {
    return std::nullopt;
  }
  for (const fs::path& component : name) {
    if (component == "..") {
      return std::nullopt;
    }
    if (!component.empty() && component != ".") {
      components.push_back(component.string());
    }
  }
  return components;
}

template <class Call>
FileDescriptor opened(const Call& call) {
  int descriptor = -1;
  int tries = 0;
  do {
    descriptor = static_cast<int>(call());
  } while (descriptor < 0 && (errno == EINTR || errno == EAGAIN) && ++tries < kMostTries);
  return FileDescriptor(descriptor);
}

// False once the kernel (or what guards this process) has said that it knows no openat2.
std::atomic<bool>& kernel_resolves() {
  static std::atomic<bool> resolves{true};
  return resolves;
}

FileDescriptor open_beneath(int root, const fs::path& name, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags);
  how.mode = (flags & O_CREAT) != 0 ? 0600 : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return opened([&] { return ::syscall(SYS_openat2, root, name.c_str(), &how, sizeof how); });
}

// One component. A link in a directory's place is told as a link.
FileDescriptor open_component(int parent, const std::string& name, int flags) {
  FileDescriptor file =
      opened([&] { return ::openat(parent, name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, 0600); });
  struct stat status{};
  if (!file && errno == ENOTDIR) {
    const bool link = ::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                      S_ISLNK(status.st_mode);
    errno = link ? ELOOP : ENOTDIR;
  }
  return file;
}

bool is_regular(int file) {
  struct stat status{};
  if (::fstat(file, &status) != 0) {
    return false;
  }
  errno = S_ISDIR(status.st_mode) ? EISDIR : ENXIO;
  return S_ISREG(status.st_mode);
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

std::optional<std::vector<std::string>> names_in(int directory) {
  // A descriptor of its own, because closedir closes the one it was given.
  const int own = directory < 0 ? -1 : ::fcntl(directory, F_DUPFD_CLOEXEC, 0);
  const std::unique_ptr<DIR, CloseDirectory> entries(own < 0 ? nullptr : ::fdopendir(own));
  if (!entries) {
    return std::nullopt;
  }
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") {
      names.push_back(name);
    }
  }
  return errno == 0 ? std::optional(std::move(names)) : std::nullopt;
}

bool remove_tree(int parent, const std::string& name) {
  if (::unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) {
    return true;
  }
  if (errno != EISDIR && errno != EPERM) {
    return false;
  }
  const FileDescriptor directory = open_component(parent, name, O_RDONLY | O_DIRECTORY);
  const auto names = names_in(directory.get());
  bool removed = names.has_value();
  for (std::size_t i = 0; removed && i < names->size(); ++i) {
    removed = remove_tree(directory.get(), (*names)[i]);
  }
  return removed && ::unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0;
}

}  // namespace

ContainedFiles::ContainedFiles(fs::path root, fs::path inner, Resolution resolution)
    : root_(root.empty() ? fs::path(".") : std::move(root)),
      inner_(std::move(inner)),
      resolution_(resolution) {}

ContainedFiles ContainedFiles::within(const fs::path& inner) const {
  return ContainedFiles(root_, inner_ / inner, resolution_);
}

fs::path ContainedFiles::path(const fs::path& name) const {
  const fs::path here = inner_.empty() ? root_ : root_ / inner_;
  return name.empty() ? here : here / name;
}

FileDescriptor ContainedFiles::follow_components(int root, const fs::path& name, int flags) const {
  const auto components = components_of(name);
  FileDescriptor at(::fcntl(root, F_DUPFD_CLOEXEC, 0));
  for (std::size_t i = 0; at && i + 1 < components->size(); ++i) {
    at = open_component(at.get(), (*components)[i], kDirectory);
  }
  return !at ? FileDescriptor()
             : open_component(at.get(), components->empty() ? "." : components->back(), flags);
}

// `name` here is below the root.
FileDescriptor ContainedFiles::follow(const fs::path& name, int flags) const {
  if (name.is_absolute() || !components_of(inner_ / name)) {
    return failed(EXDEV);
  }
  const FileDescriptor root =
      opened([&] { return ::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); });
  if (!root) {
    return {};
  }
  const fs::path whole = (inner_ / name).empty() ? fs::path(".") : inner_ / name;
  if (resolution_ == Resolution::kernel && kernel_resolves()) {
    FileDescriptor file = open_beneath(root.get(), whole, flags);
    if (file || (errno != ENOSYS && errno != EPERM)) {
      return file;
    }
    kernel_resolves() = errno == EPERM && kernel_resolves();
  }
  return follow_components(root.get(), whole, flags);
}

FileDescriptor ContainedFiles::open(const fs::path& name, int flags) const {
  const int plain = (flags & ~(O_CREAT | O_EXCL | O_TRUNC)) | kNeverBlock;
  for (int tries = 0; tries < kMostTries; ++tries) {
    if ((flags & O_EXCL) == 0) {
      FileDescriptor file = follow(name, plain);
      if (file && !is_regular(file.get())) {
        return failed(errno);
      }
      if (file && (flags & O_TRUNC) != 0 && ::ftruncate(file.get(), 0) != 0) {
        return failed(errno);
      }
      if (file || errno != ENOENT || (flags & O_CREAT) == 0) {
        return file;
      }
    }
    FileDescriptor made = follow(name, plain | O_CREAT | O_EXCL);
    if (made) {
      // The umask may have taken rights away that the owner needs.
      return ::fchmod(made.get(), 0600) == 0 ? std::move(made) : failed(errno);
    }
    if (errno != EEXIST || (flags & O_EXCL) != 0) {
      return {};
    }
  }
  return failed(EEXIST);
}

FileDescriptor ContainedFiles::open_directory(const fs::path& name) const {
  return follow(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

FileDescriptor ContainedFiles::parent(const fs::path& name, std::string& leaf) const {
  auto components = components_of(name);
  if (!components || components->empty()) {
    return failed(EXDEV);
  }
  leaf = std::move(components->back());
  components->pop_back();
  fs::path directory;
  for (const std::string& component : *components) {
    directory /= component;
  }
  return follow(directory, kDirectory);
}

std::optional<struct stat> ContainedFiles::status(const fs::path& name) const {
  std::string leaf;
  const FileDescriptor directory = parent(name, leaf);
  struct stat status{};
  if (!directory || ::fstatat(directory.get(), leaf.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return std::nullopt;
  }
  return status;
}

std::optional<std::vector<std::string>> ContainedFiles::list(const fs::path& name) const {
  return names_in(open_directory(name).get());
}

bool ContainedFiles::make_directories(const fs::path& name) const {
  const auto components = components_of(inner_ / name);
  if (!components || name.is_absolute()) {
    errno = EXDEV;
    return false;
  }
  FileDescriptor at =
      opened([&] { return ::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); });
  for (const std::string& component : *components) {
    if (!at) {
      return false;
    }
    const bool made = ::mkdirat(at.get(), component.c_str(), 0700) == 0;
    // The umask may have taken rights away that the owner needs.
    if (made ? ::fchmodat(at.get(), component.c_str(), 0700, 0) != 0 : errno != EEXIST) {
      return false;
    }
    at = open_component(at.get(), component, kDirectory);
  }
  return static_cast<bool>(at);
}

bool ContainedFiles::rename(const fs::path& from, const fs::path& to, Target target) const {
  std::string from_leaf;
  std::string to_leaf;
  const FileDescriptor from_parent = parent(from, from_leaf);
  const FileDescriptor to_parent = from_parent ? parent(to, to_leaf) : FileDescriptor();
  const unsigned flags = target == Target::free ? RENAME_NOREPLACE : 0;
  return from_parent && to_parent &&
         ::renameat2(
             from_parent.get(), from_leaf.c_str(), to_parent.get(), to_leaf.c_str(), flags) == 0;
}

bool ContainedFiles::remove(const fs::path& name) const {
  std::string leaf;
  const FileDescriptor directory = parent(name, leaf);
  return directory && (::unlinkat(directory.get(), leaf.c_str(), 0) == 0 ||
                       ((errno == EISDIR || errno == EPERM) &&
                        ::unlinkat(directory.get(), leaf.c_str(), AT_REMOVEDIR) == 0));
}

bool ContainedFiles::remove_all(const fs::path& name) const {
  std::string leaf;
  const FileDescriptor directory = parent(name, leaf);
  return directory ? remove_tree(directory.get(), leaf) : errno == ENOENT;
}

std::string file_trouble(int number) {
  switch (number) {
    case ELOOP:
      return "a symbolic link is there or on the way, and none is followed below an experiment's "
             "directory; put the file or directory itself in its place";
    case EXDEV:
      return "the name leads outside";
    case ENXIO:
      return "neither a regular file nor a directory is there; remove what is";
    case EMFILE:
    case ENFILE:
      return std::generic_category().message(number) +
             "; raise the limit on open files (ulimit -n)";
    default:
      return std::generic_category().message(number);
  }
}

bool is_foreign(int number) {
  return number == ELOOP || number == EXDEV || number == ENXIO;
}

}  // namespace luthier

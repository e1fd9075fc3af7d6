#include "store/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace luthier {

Error system_error(std::string_view what, const std::filesystem::path& path) {
  const int code = errno;
  std::string message = "cannot ";
  message.append(what).append(" ").append(path.string());
  message.append(": ").append(std::generic_category().message(code));
  if (code == ENOSPC || code == EDQUOT) {
    message += "; free some space and resume";
  } else if (code == EROFS || code == EACCES || code == EPERM) {
    message += "; make it writable for you or choose another place with --results";
  }
  return {ErrorCode::io, message};
}

FileDescriptor open_file(const std::filesystem::path& path, int flags, unsigned mode) {
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (descriptor < 0 && errno == EINTR);
  return FileDescriptor(descriptor);
}

Result<> make_private_directory(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return {};
  }
  if (path.has_relative_path() && path.has_parent_path() && path.parent_path() != path) {
    if (auto parent = make_private_directory(path.parent_path()); !parent) {
      return parent;
    }
  }
  if (::mkdir(path.c_str(), 0700) == 0) {
    // The umask may have taken bits away that the owner needs.
    return ::chmod(path.c_str(), 0700) == 0 ? Result<>() : system_error("make", path);
  }
  if (errno == EEXIST && std::filesystem::is_directory(path, ignored)) {
    return {};
  }
  errno = errno == EEXIST ? ENOTDIR : errno;
  return system_error("make the directory", path);
}

Result<> create_private_file(const std::filesystem::path& path) {
  const FileDescriptor file = open_file(path, O_RDWR | O_CREAT | O_EXCL);
  if (!file || ::fchmod(file.get(), 0600) != 0) {
    return system_error("create", path);
  }
  return {};
}

Result<> sync_to_disk(const std::filesystem::path& path) {
  const FileDescriptor file = open_file(path, O_RDONLY | O_NOFOLLOW);
  if (!file || ::fsync(file.get()) != 0) {
    return system_error("sync", path);
  }
  return {};
}

Result<> write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return system_error("write", path);
    }
    bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return {};
}

}  // namespace luthier

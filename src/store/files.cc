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
  message.append(": ").append(file_trouble(code));
  if (is_foreign(code)) {
    return {ErrorCode::corruption, message};
  }
  if (code == ENOSPC || code == EDQUOT) {
    message += "; free some space and resume";
  } else if (code == EROFS || code == EACCES || code == EPERM) {
    message += "; make it writable for you or choose another place with --results";
  }
  return {ErrorCode::io, message};
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

Result<> sync_file(const ContainedFiles& files, const std::filesystem::path& name) {
  const FileDescriptor file = files.open(name, O_RDONLY);
  return file && ::fsync(file.get()) == 0 ? Result<>() : system_error("sync", files.path(name));
}

Result<> sync_directory(const ContainedFiles& files, const std::filesystem::path& name) {
  const FileDescriptor file = files.open_directory(name);
  return file && ::fsync(file.get()) == 0 ? Result<>() : system_error("sync", files.path(name));
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

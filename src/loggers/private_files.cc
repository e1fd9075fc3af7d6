#include "loggers/private_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "base/format.h"
#include "base/try.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = std::size_t{1} << 16;

Error failure(std::string_view what, const fs::path& path, int error) {
  std::string message = "can't ";
  message.append(what).append(" ").append(path.string()).append(": ");
  const ErrorCode code = error == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return {code, message + file_trouble(error)};
}

Result<> write_all(int fd, const fs::path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return failure("write", path, errno);
    }
    bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return {};
}

// Fills `block` as far as there are bytes; -1 with errno when they can't be read.
ssize_t read_some(int fd, std::string& block) {
  ssize_t count = 0;
  do {
    count = ::read(fd, block.data(), block.size());
  } while (count < 0 && errno == EINTR);
  return count;
}

// Whether `actual` is a beginning of `expected`; leaves `expected` where `actual` ended.
bool is_beginning(int actual, int expected) {
  std::string have(kBlock, '\0');
  while (true) {
    const ssize_t count = read_some(actual, have);
    if (count <= 0) {
      return count == 0;
    }
    std::string want(static_cast<std::size_t>(count), '\0');
    if (read_some(expected, want) != count || have.compare(0, want.size(), want) != 0) {
      return false;
    }
  }
}

Result<> append_rest(const ContainedFiles& files, const fs::path& actual, int rest) {
  std::string block(kBlock, '\0');
  while (true) {
    const ssize_t count = read_some(rest, block);
    if (count <= 0) {
      return count == 0 ? Result<>() : failure("read", files.path(actual), errno);
    }
    const auto size = static_cast<std::size_t>(count);
    LUTHIER_TRY(append_to_file(files, actual, std::string_view(block).substr(0, size)));
  }
}

}  // namespace

Result<> make_private_directories(const fs::path& directory) {
  if (directory.empty() || ::mkdir(directory.c_str(), 0700) == 0) {
    if (!directory.empty()) {
      ::chmod(directory.c_str(), 0700);
    }
    return {};
  }
  if (errno == EEXIST) {
    return {};
  }
  const fs::path parent = directory.parent_path();
  if (errno != ENOENT || parent == directory) {
    return failure("create the directory", directory, errno);
  }
  LUTHIER_TRY(make_private_directories(parent));
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return failure("create the directory", directory, errno);
  }
  ::chmod(directory.c_str(), 0700);
  return {};
}

Result<> append_to_file(const ContainedFiles& files, const fs::path& name, std::string_view bytes) {
  FileDescriptor file = files.open(name, O_WRONLY | O_APPEND);
  if (!file && errno == ENOENT && files.make_directories(name.parent_path())) {
    file = files.open(name, O_WRONLY | O_APPEND | O_CREAT);
  }
  return file ? write_all(file.get(), files.path(name), bytes)
              : failure("open", files.path(name), errno);
}

fs::path temporary_name(const fs::path& name) {
  return name.parent_path() / (formatted(".{}.new", name.filename().string()));
}

Result<> cut_file(const ContainedFiles& files, const fs::path& name, std::size_t bytes) {
  const FileDescriptor file = files.open(name, O_WRONLY);
  if (!file) {
    return errno == ENOENT ? Result<>() : failure("open", files.path(name), errno);
  }
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) {
    return failure("read", files.path(name), errno);
  }
  const off_t left = status.st_size - static_cast<off_t>(bytes);
  return left < 0 || ::ftruncate(file.get(), left) == 0 ? Result<>()
                                                        : failure("write", files.path(name), errno);
}

Result<> replace_file(const ContainedFiles& files, const fs::path& name, std::string_view bytes) {
  const fs::path temporary = temporary_name(name);
  files.remove(temporary);
  LUTHIER_TRY(append_to_file(files, temporary, bytes));
  return move_file(files, temporary, name);
}

Result<> move_file(const ContainedFiles& files, const fs::path& from, const fs::path& to) {
  if (files.make_directories(to.parent_path()) && files.rename(from, to)) {
    return {};
  }
  return failure("replace", files.path(to), errno);
}

Result<> read_pieces(const ContainedFiles& files,
                     const fs::path& name,
                     const std::function<Result<>(std::string_view)>& receive) {
  const FileDescriptor file = files.open(name, O_RDONLY);
  if (!file) {
    return failure("read", files.path(name), errno);
  }
  std::string block(kBlock, '\0');
  while (true) {
    const ssize_t count = read_some(file.get(), block);
    if (count <= 0) {
      return count == 0 ? Result<>() : failure("read", files.path(name), errno);
    }
    LUTHIER_TRY(receive(std::string_view(block).substr(0, static_cast<std::size_t>(count))));
  }
}

Result<> bring_up_to_date(const ContainedFiles& files,
                          const fs::path& actual,
                          const fs::path& expected) {
  const FileDescriptor have = files.open(actual, O_RDONLY);
  const FileDescriptor want = files.open(expected, O_RDONLY);
  if (!want) {
    return failure("read", files.path(expected), errno);
  }
  if (!have || !is_beginning(have.get(), want.get())) {
    return move_file(files, expected, actual);
  }
  LUTHIER_TRY(append_rest(files, actual, want.get()));
  files.remove(expected);
  return {};
}

}  // namespace luthier

#include "loggers/private_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace luthier {
namespace {

namespace fs = std::filesystem;

Error failure(std::string_view what, const fs::path& path, int error) {
  std::string message = "can't ";
  message.append(what).append(" ").append(path.string()).append(": ");
  return {ErrorCode::io, message + std::generic_category().message(error)};
}

// An open descriptor; -1 when there is none.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

constexpr int kFlags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW;

Descriptor create(const fs::path& file) {
  Descriptor descriptor(::open(file.c_str(), kFlags | O_CREAT | O_EXCL, 0600));
  if (descriptor.get() >= 0) {
    ::fchmod(descriptor.get(), 0600);  // a umask may have taken the owner's own rights
  }
  return descriptor;
}

Result<Descriptor> open_for_append(const fs::path& file) {
  Descriptor existing(::open(file.c_str(), kFlags));
  if (existing.get() >= 0) {
    return existing;
  }
  if (errno != ENOENT) {
    return failure("open", file, errno);
  }
  if (const auto made = make_private_directories(file.parent_path()); !made) {
    return made.error();
  }
  Descriptor created = create(file);
  if (created.get() < 0) {
    return failure("create", file, errno);
  }
  return created;
}

Result<> write_all(int fd, const fs::path& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return failure("write", file, errno);
    }
    bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return {};
}

std::string_view read_some(std::ifstream& in, std::vector<char>& buffer) {
  in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  return {buffer.data(), static_cast<std::size_t>(in.gcount())};
}

// Whether `actual` is a beginning of `expected`; leaves `expected` where `actual` ended.
bool is_beginning(std::ifstream& actual, std::ifstream& expected) {
  std::vector<char> actual_buffer(std::size_t{1} << 16);
  std::vector<char> expected_buffer(actual_buffer.size());
  while (true) {
    const std::string_view found = read_some(actual, actual_buffer);
    if (found.empty()) {
      return true;
    }
    expected_buffer.resize(found.size());
    if (read_some(expected, expected_buffer) != found) {
      return false;
    }
  }
}

Result<> append_rest(const fs::path& actual, std::ifstream& rest) {
  std::vector<char> buffer(std::size_t{1} << 16);
  while (true) {
    const std::string_view bytes = read_some(rest, buffer);
    if (bytes.empty()) {
      return {};
    }
    if (auto appended = append_to_file(actual, bytes); !appended) {
      return appended;
    }
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
  if (auto made = make_private_directories(parent); !made) {
    return made;
  }
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return failure("create the directory", directory, errno);
  }
  ::chmod(directory.c_str(), 0700);
  return {};
}

Result<> append_to_file(const fs::path& file, std::string_view bytes) {
  const auto descriptor = open_for_append(file);
  if (!descriptor) {
    return descriptor.error();
  }
  return write_all(descriptor->get(), file, bytes);
}

fs::path temporary_name(const fs::path& file) {
  return file.parent_path() / ("." + file.filename().string() + ".new");
}

Result<> cut_file(const fs::path& file, std::size_t bytes) {
  const Descriptor existing(::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (existing.get() < 0) {
    return errno == ENOENT ? Result<>() : failure("open", file, errno);
  }
  struct stat status{};
  if (::fstat(existing.get(), &status) != 0) {
    return failure("read", file, errno);
  }
  const off_t left = status.st_size - static_cast<off_t>(bytes);
  return left < 0 || ::ftruncate(existing.get(), left) == 0 ? Result<>()
                                                            : failure("write", file, errno);
}

Result<> replace_file(const fs::path& file, std::string_view bytes) {
  const fs::path temporary = temporary_name(file);
  ::unlink(temporary.c_str());
  if (auto appended = append_to_file(temporary, bytes); !appended) {
    return appended;
  }
  return move_file(temporary, file);
}

Result<> move_file(const fs::path& from, const fs::path& to) {
  if (auto made = make_private_directories(to.parent_path()); !made) {
    return made;
  }
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return failure("replace", to, errno);
  }
  return {};
}

Result<> bring_up_to_date(const fs::path& actual, const fs::path& expected) {
  std::ifstream have(actual, std::ios::binary);
  std::ifstream want(expected, std::ios::binary);
  if (!want) {
    return failure("read", expected, errno);
  }
  if (!have || !is_beginning(have, want)) {
    return move_file(expected, actual);
  }
  want.clear();
  if (auto appended = append_rest(actual, want); !appended) {
    return appended;
  }
  ::unlink(expected.c_str());
  return {};
}

}  // namespace luthier

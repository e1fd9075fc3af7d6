#include "base/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/format.h"

namespace luthier {
namespace {

constexpr std::size_t kWaiting = std::size_t{1} << 16;
constexpr int kMostNames = 1000;

bool is_there(const std::filesystem::path& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

// Never over something that came meanwhile; where the file system can't promise that, after a look.
bool rename_to_free(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    return true;
  }
  if (errno != EINVAL && errno != ENOSYS) {
    return false;
  }
  errno = EEXIST;
  return !is_there(to) && ::rename(from.c_str(), to.c_str()) == 0;
}

}  // namespace

bool NewFile::open(const std::filesystem::path& path, bool replace) {
  path_ = path;
  replace_ = replace;
  std::error_code ignored;
  if (is_there(path_) && !(replace && std::filesystem::is_regular_file(path_, ignored))) {
    errno = EEXIST;
    return false;
  }
  for (int number = 1; !file_ && number <= kMostNames; ++number) {
    temporary_ = formatted("{}.partial-{}-{}", path_.string(), ::getpid(), number);
    file_ = FileDescriptor(
        ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_ && errno != EEXIST) {
      break;
    }
  }
  if (!file_) {
    temporary_.clear();
    return false;
  }
  return ::fchmod(file_.get(), 0600) == 0;
}

bool NewFile::write(std::string_view bytes) {
  waiting_ += bytes;
  return waiting_.size() < kWaiting || flush();
}

bool NewFile::flush() {
  std::string_view rest = waiting_;
  while (!rest.empty()) {
    const ssize_t count = ::write(file_.get(), rest.data(), rest.size());
    if (count < 0 && errno != EINTR) {
      return false;
    }
    rest.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  waiting_.clear();
  return true;
}

bool NewFile::close() {
  if (!flush()) {
    return false;
  }
  if (replace_ ? ::rename(temporary_.c_str(), path_.c_str()) != 0
               : !rename_to_free(temporary_, path_)) {
    return false;
  }
  temporary_.clear();
  file_.reset();
  return true;
}

void NewFile::discard() {
  file_.reset();
  if (!temporary_.empty()) {
    ::unlink(temporary_.c_str());
    temporary_.clear();
  }
}

}  // namespace luthier

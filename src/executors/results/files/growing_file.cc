#include "executors/results/files/growing_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace luthier {
namespace {

constexpr std::int64_t kMostBytes = std::int64_t{16} << 20;  // read at once
constexpr std::size_t kCompared = 4096;

std::string read_at(int fd, std::int64_t offset, std::int64_t size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = pread(fd,
                                bytes.data() + filled,
                                bytes.size() - filled,
                                offset + static_cast<std::int64_t>(filled));
    if (count <= 0) {
      break;
    }
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

FileDescriptor GrowingFile::open(struct stat& status) const {
  FileDescriptor fd = files_.open(name_, O_RDONLY);
  if (fd && fstat(fd.get(), &status) != 0) {
    fd.reset();
  }
  return fd;
}

bool GrowingFile::changed(const struct stat& status) const {
  return status.st_ino != seen_.st_ino || status.st_size != seen_.st_size ||
         !same_time(status.st_mtim, seen_.st_mtim);
}

// A file that was written anew and has the same beginning, and the same bytes before the place
// reached, tells the same as before up to there.
bool GrowingFile::is_another(int fd, const struct stat& status) const {
  const auto size = static_cast<std::int64_t>(tail_.size());
  return status.st_size < offset_ ||
         read_at(fd, 0, static_cast<std::int64_t>(head_.size())) != head_ ||
         read_at(fd, offset_ - size, size) != tail_;
}

GrowingFile::Part GrowingFile::read() {
  struct stat status{};
  const FileDescriptor fd = open(status);
  Part part;
  if (!fd || (!changed(status) && status.st_size == offset_)) {
    return part;
  }
  part.anew = offset_ > 0 && changed(status) && is_another(fd.get(), status);
  if (part.anew) {
    offset_ = 0;
    head_.clear();
    tail_.clear();
  }
  seen_ = status;
  part.bytes = read_at(fd.get(), offset_, std::min(status.st_size - offset_, kMostBytes));
  offset_ += static_cast<std::int64_t>(part.bytes.size());
  if (head_.size() < kCompared) {
    head_ += part.bytes.substr(0, kCompared - head_.size());
  }
  tail_ += part.bytes;
  tail_.erase(0, tail_.size() - std::min(tail_.size(), kCompared));
  return part;
}

std::string GrowingFile::read_whole() {
  struct stat status{};
  const FileDescriptor fd = open(status);
  if (!fd || !changed(status)) {
    return {};
  }
  seen_ = status;
  return read_at(fd.get(), 0, std::min<std::int64_t>(status.st_size, kMostBytes));
}

}  // namespace luthier

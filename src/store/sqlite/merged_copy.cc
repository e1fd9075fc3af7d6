#include "store/sqlite/merged_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "base/contained_files.h"
#include "store/files.h"
#include "store/sqlite/write_ahead_log.h"

namespace luthier {
namespace {

namespace fs = std::filesystem;

Result<> write_at(int file, std::string_view bytes, std::uint64_t at, const fs::path& path) {
  if (::lseek(file, static_cast<off_t>(at), SEEK_SET) < 0) {
    return system_error("write", path);
  }
  return write_all(file, bytes, path);
}

Result<> copy_bytes(int from, const fs::path& from_path, int to, const fs::path& to_path) {
  std::string block(1 << 18, '\0');
  for (ssize_t count = 1; count != 0;) {
    count = ::read(from, block.data(), block.size());
    if (count < 0 && errno != EINTR) {
      return system_error("read", from_path);
    }
    if (count > 0) {
      if (auto written = write_all(
              to, std::string_view(block).substr(0, static_cast<std::size_t>(count)), to_path);
          !written) {
        return written;
      }
    }
  }
  return {};
}

// Puts the pages of each transaction that ended where they belong.
class Merger {
 public:
  Merger(int file, const fs::path& path, Merged merged)
      : file_(file), path_(path), merged_(merged) {}

  Result<> take(const WalFrame& frame) {
    const bool right = frame.current && frame.right && frame.page > 0;
    ended_ = ended_ || (!right && merged_ == Merged::until_damage);
    if (ended_ || !right) {
      return {};
    }
    waiting_.emplace_back(frame.page, frame.content);
    if (frame.commit_pages == 0) {
      return {};
    }
    for (const auto& [page, content] : std::exchange(waiting_, {})) {
      const std::uint64_t at = (page - std::uint64_t{1}) * content.size();
      if (auto written = write_at(file_, content, at, path_); !written) {
        return written;
      }
    }
    return {};
  }

 private:
  int file_;
  const fs::path& path_;
  Merged merged_;
  bool ended_ = false;
  std::vector<std::pair<std::uint32_t, std::string>> waiting_;
};

}  // namespace

Result<std::string> make_merged_copy(const fs::path& database,
                                     const fs::path& copy,
                                     Merged merged) {
  const ContainedFiles files(database.parent_path());
  const FileDescriptor from = files.open(database.filename(), O_RDONLY);
  if (!from) {
    return system_error("read", database);
  }
  const FileDescriptor to =
      ContainedFiles(copy.parent_path()).open(copy.filename(), O_RDWR | O_CREAT | O_EXCL);
  if (!to) {
    return system_error("create", copy);
  }
  if (const auto copied = copy_bytes(from.get(), database, to.get(), copy); !copied) {
    return copied.error();
  }
  Merger merger(to.get(), copy, merged);
  const auto wal = read_write_ahead_log(files,
                                        database.filename().string() + "-wal",
                                        [&](const WalFrame& frame) { return merger.take(frame); });
  if (!wal) {
    return wal.error();
  }
  // Its two format numbers say that it has no write-ahead log any more.
  if (const auto settled = write_at(to.get(), "\1\1", 18, copy); !settled) {
    return settled.error();
  }
  return wal->damage;
}

}  // namespace luthier

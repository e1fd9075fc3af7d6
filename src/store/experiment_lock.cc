#include "store/experiment_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <thread>

#include "base/format.h"
#include "base/text.h"
#include "store/utc.h"

namespace luthier {
namespace {

constexpr std::chrono::milliseconds kPatience{300};
constexpr std::chrono::milliseconds kPause{10};

constexpr const char* kName = "experiment.lock";

struct flock whole_file(short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

// Whether the name is still that of the open file: a leaving holder removes it.
Result<bool> is_named(int descriptor, const ContainedFiles& files) {
  struct stat opened = {};
  const auto named = files.status(kName);
  if ((!named && errno != ENOENT) || ::fstat(descriptor, &opened) != 0) {
    return system_error("lock", files.path(kName));
  }
  return named && opened.st_ino == named->st_ino && opened.st_dev == named->st_dev;
}

std::string read_holder(const ContainedFiles& files) {
  const FileDescriptor file = files.open(kName, O_RDONLY);
  std::array<char, 512> buffer;
  const ssize_t length = file ? ::read(file.get(), buffer.data(), buffer.size()) : -1;
  std::string holder(buffer.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  while (!holder.empty() && holder.back() == '\n') {
    holder.pop_back();
  }
  return holder.empty() ? "a process that is just starting" : holder;
}

std::string own_host() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return host.data();
}

bool is_locked(const FileDescriptor& file) {
  auto lock = whole_file(F_WRLCK);
  return file && ::fcntl(file.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

// Of another host nobody here knows.
bool names_a_living_holder(const ContainedFiles& files) {
  const auto words = split(read_holder(files), ' ');
  const auto pid = words.size() > 3 && words[2] == "on" ? parse_integer(words[1]) : std::nullopt;
  if (!pid || *pid <= 0) {
    return false;
  }
  return words[3] != own_host() || ::kill(static_cast<pid_t>(*pid), 0) == 0 || errno == EPERM;
}

Error held_error(const std::filesystem::path& directory) {
  return {ErrorCode::unavailable,
          formatted("the experiment {} is being run by {}; wait for it or stop it first",
                    directory.string(),
                    read_holder(ContainedFiles(directory)))};
}

}  // namespace

Result<ExperimentLock> ExperimentLock::take(const std::filesystem::path& experiment_directory) {
  const ContainedFiles files(experiment_directory);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    FileDescriptor file = files.open(kName, O_RDWR | O_CREAT);
    if (!file) {
      return system_error("lock", files.path(kName));
    }
    auto lock = whole_file(F_WRLCK);
    if (::fcntl(file.get(), F_OFD_SETLK, &lock) == 0) {
      const auto named = is_named(file.get(), files);
      if (!named) {
        return named.error();
      }
      if (*named) {
        return ExperimentLock(std::move(file), files);
      }
      continue;
    }
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
      return system_error("lock", files.path(kName));
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return held_error(experiment_directory);
    }
    std::this_thread::sleep_for(kPause);
  }
}

// What a killed holder had just started holds the lock for as long as the system takes to start it.
bool ExperimentLock::is_held(const std::filesystem::path& experiment_directory) {
  const ContainedFiles files(experiment_directory);
  const FileDescriptor file = files.open(kName, O_RDONLY);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (is_locked(file)) {
    if (names_a_living_holder(files) || std::chrono::steady_clock::now() >= deadline) {
      return true;
    }
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

Result<> ExperimentLock::announce() {
  const std::string text = formatted("process {} on {} since {}\n",
                                     ::getpid(),
                                     own_host(),
                                     utc_text(std::chrono::system_clock::now()));
  if (::fchmod(file_.get(), 0600) != 0 || ::ftruncate(file_.get(), 0) != 0 ||
      ::lseek(file_.get(), 0, SEEK_SET) != 0) {
    return system_error("write", files_.path(kName));
  }
  return write_all(file_.get(), text, files_.path(kName));
}

void ExperimentLock::release() {
  if (file_) {
    files_.remove(kName);  // while it is held, so that only this file can go
    file_ = FileDescriptor();
  }
}

}  // namespace luthier

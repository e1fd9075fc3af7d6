#include "service/mcp/child_command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/failure.h"
#include "executors/programs/child.h"

namespace luthier {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostMessages = std::size_t{16} << 10;
constexpr auto kGrace = std::chrono::seconds(5);  // between SIGTERM and SIGKILL

Error no_start() {
  return failure(ErrorCode::io, "luthier can't start itself: {}", std::strerror(errno));
}

Result<pid_t> spawn(std::vector<std::string> words, int out, int messages) {
  words.insert(words.begin(), "luthier");
  pid_t pid = -1;
  const int error = spawn_child(
      "/proc/self/exe", words, environ, {{out, STDOUT_FILENO}, {messages, STDERR_FILENO}}, &pid);
  errno = error;
  return error == 0 ? Result<pid_t>(pid) : no_start();
}

int code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Text of which one end is kept.
class Kept {
 public:
  Kept(std::size_t most, bool last) : most_(most), last_(last) {}

  void add(const char* bytes, std::size_t count) {
    if (full_) {
      return;
    }
    text_.append(bytes, count);
    if (text_.size() > (last_ ? 2 * most_ : most_)) {
      drop();
    }
  }
  std::string take() {
    if (text_.size() > most_) {
      drop();
    }
    return std::move(text_);
  }
  bool cut() const { return cut_; }

 private:
  // Whole lines only, so that what is kept can be read.
  void drop() {
    cut_ = true;
    if (last_) {
      const std::size_t end = text_.find('\n', text_.size() - most_);
      text_.erase(0, end == std::string::npos ? text_.size() - most_ : end + 1);
    } else {
      const std::size_t end = text_.rfind('\n', most_ - 1);
      text_.resize(end == std::string::npos ? 0 : end + 1);
      full_ = true;
    }
  }

  const std::size_t most_;
  const bool last_;
  bool cut_ = false;
  bool full_ = false;
  std::string text_;
};

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return no_start();
  }
  Pipe made{FileDescriptor(ends[0]), above_standard(FileDescriptor(ends[1]))};
  return made.write ? Result<Pipe>(std::move(made)) : no_start();
}

// A command while it runs.
class Running {
 public:
  Running(pid_t pid, Pipe out, Pipe messages, int cancel, const CommandLimits& limits)
      : pid_(pid),
        fds_{pollfd{out.read.get(), POLLIN, 0},
             pollfd{messages.read.get(), POLLIN, 0},
             pollfd{cancel, POLLIN, 0}},
        out_pipe_(std::move(out.read)),
        messages_pipe_(std::move(messages.read)),
        deadline_(Clock::now() + limits.time),
        out_(limits.most_bytes, limits.keep_last),
        messages_(kMostMessages, true) {}

  CommandOutput finish() {
    while (fds_[0].fd >= 0 || fds_[1].fd >= 0) {
      poll(fds_.data(), fds_.size(), 200);
      read_from(fds_[0], out_);
      read_from(fds_[1], messages_);
      look_at_the_end();
    }
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    return {code_of(status), out_.take(), messages_.take(), out_.cut(), cancelled_};
  }

 private:
  static void read_from(pollfd& polled, Kept& kept) {
    if (polled.fd < 0 || polled.revents == 0) {
      return;
    }
    std::array<char, 1 << 16> buffer;
    const ssize_t count = ::read(polled.fd, buffer.data(), buffer.size());
    if (count > 0) {
      kept.add(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      polled.fd = -1;
    }
  }

  void look_at_the_end() {
    if (!asked_ && (fds_[2].revents != 0 || Clock::now() > deadline_)) {
      cancelled_ = true;
      fds_[2].fd = -1;
      asked_ = Clock::now();
      kill(pid_, SIGTERM);
    } else if (asked_ && Clock::now() - *asked_ > kGrace) {
      kill(pid_, SIGKILL);
    }
  }

  const pid_t pid_;
  std::array<pollfd, 3> fds_;
  const FileDescriptor out_pipe_;
  const FileDescriptor messages_pipe_;
  const Clock::time_point deadline_;
  Kept out_;
  Kept messages_;
  bool cancelled_ = false;
  std::optional<Clock::time_point> asked_;  // when it was asked to end
};

}  // namespace

Result<CommandOutput> run_command(const std::vector<std::string>& words,
                                  int cancel,
                                  const CommandLimits& limits) {
  auto out = make_pipe();
  auto messages = make_pipe();
  if (!out || !messages) {
    return out ? messages.error() : out.error();
  }
  const auto pid = spawn(words, out->write.get(), messages->write.get());
  if (!pid) {
    return pid.error();
  }
  out->write.reset();
  messages->write.reset();
  return Running(*pid, *std::move(out), *std::move(messages), cancel, limits).finish();
}

Result<BackgroundCommand> BackgroundCommand::start(const std::vector<std::string>& words) {
  BackgroundCommand command;
  command.messages_ = above_standard(FileDescriptor(memfd_create("luthier messages", MFD_CLOEXEC)));
  if (!command.messages_) {
    return no_start();
  }
  const FileDescriptor nowhere = above_standard(FileDescriptor(open("/dev/null", O_WRONLY)));
  const auto pid = spawn(words, nowhere.get(), command.messages_.get());
  if (!pid) {
    return pid.error();
  }
  command.pid_ = *pid;
  return command;
}

std::optional<int> BackgroundCommand::exit_code() {
  int status = 0;
  if (!code_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    code_ = code_of(status);
  }
  return code_;
}

std::string BackgroundCommand::messages() const {
  struct stat status{};
  fstat(messages_.get(), &status);
  const off_t size = status.st_size;
  const off_t kept = std::min<off_t>(size, kMostMessages);
  std::string text(static_cast<std::size_t>(kept), '\0');
  const ssize_t count = pread(messages_.get(), text.data(), text.size(), size - kept);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return text;
}

void BackgroundCommand::interrupt() const {
  if (!code_) {
    kill(pid_, SIGTERM);
  }
}

}  // namespace luthier

#include "executors/ray/ray_driver.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "executors/programs/child.h"
#include "executors/programs/guardian_client.h"

namespace luthier {
namespace {

constexpr int kTheirSocket = 3;
constexpr std::size_t kReadBytes = 1u << 16;
constexpr std::size_t kTalkKept = 1u << 14;
constexpr int kGoodbyeMs = 3000;

Error not_started(const std::filesystem::path& program, int number) {
  return {ErrorCode::io,
          program.string() + " could not be started: " + errno_in_words(number) +
              "; install Luthier again, or see docs/ray.md"};
}

}  // namespace

Result<RayDriver> RayDriver::launch(const RayConnection& connection) {
  int ends[2];
  int talk[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return not_started(connection.program, errno);
  }
  RayDriver driver;
  driver.socket_ = FileDescriptor(ends[0]);
  const FileDescriptor theirs = above_standard(FileDescriptor(ends[1]));
  if (pipe2(talk, O_CLOEXEC) != 0) {
    return not_started(connection.program, errno);
  }
  driver.talk_ = FileDescriptor(talk[0]);
  const FileDescriptor their_talk = above_standard(FileDescriptor(talk[1]));
  for (const int fd : {driver.socket(), driver.talk()}) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
  const int error = spawn_child(connection.program.string(),
                                {connection.program.string()},
                                environ,
                                {{their_talk.get(), STDOUT_FILENO},
                                 {their_talk.get(), STDERR_FILENO},
                                 {theirs.get(), kTheirSocket}},
                                &driver.pid_);
  if (error != 0) {
    driver.pid_ = 0;
    return not_started(connection.program, error);
  }
  std::string hello = "address=" + connection.address + "\n";
  if (!connection.node_ip.empty()) {
    hello += "node_ip=" + connection.node_ip + "\n";
  }
  hello += "port=" + std::to_string(connection.port) + "\n";
  hello += "patience=" + std::to_string(connection.patience.count()) + "\n";
  hello += "silence=" + std::to_string(connection.silence.count()) + "\n";
  for (const auto& place : connection.code) {
    hello += "code=" + place + "\n";
  }
  std::string frame;
  append(frame, ray_wire::Kind::hello, -1, 0, hello.data(), hello.size());
  driver.send(frame);
  return driver;
}

RayDriver::RayDriver(RayDriver&& other) noexcept
    : socket_(std::move(other.socket_)),
      talk_(std::move(other.talk_)),
      pid_(std::exchange(other.pid_, 0)),
      incoming_(std::move(other.incoming_)),
      position_(std::exchange(other.position_, 0)),
      outgoing_(std::move(other.outgoing_)),
      said_(std::move(other.said_)) {}

RayDriver& RayDriver::operator=(RayDriver&& other) noexcept {
  if (this != &other) {
    end();
    socket_ = std::move(other.socket_);
    talk_ = std::move(other.talk_);
    pid_ = std::exchange(other.pid_, 0);
    incoming_ = std::move(other.incoming_);
    position_ = std::exchange(other.position_, 0);
    outgoing_ = std::move(other.outgoing_);
    said_ = std::move(other.said_);
  }
  return *this;
}

RayDriver::~RayDriver() {
  end();
}

void RayDriver::end() {
  socket_.reset();
  if (pid_ == 0) {
    return;
  }
  const FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  pollfd polled{process.get(), POLLIN, 0};
  if (!process || poll(&polled, 1, kGoodbyeMs) <= 0) {
    kill(pid_, SIGKILL);
  }
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
  talk_.reset();
}

bool RayDriver::read() {
  incoming_.erase(0, position_);
  position_ = 0;
  static thread_local std::array<char, kReadBytes> buffer;
  const ssize_t count = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count > 0) {
    incoming_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }
  return count < 0 && (errno == EAGAIN || errno == EINTR);
}

bool RayDriver::send(const std::string& frames) {
  outgoing_ += frames;
  std::size_t sent = 0;
  bool there = true;
  while (sent < outgoing_.size()) {
    const ssize_t count = ::send(socket_.get(),
                                 outgoing_.data() + sent,
                                 outgoing_.size() - sent,
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      there = count < 0 && errno == EAGAIN;
      break;
    }
    sent += static_cast<std::size_t>(count);
  }
  outgoing_.erase(0, sent);
  return there;
}

void RayDriver::read_talk() {
  static thread_local std::array<char, kReadBytes> buffer;
  ssize_t count = 0;
  while (talk_ && (count = ::read(talk_.get(), buffer.data(), buffer.size())) > 0) {
    said_.append(buffer.data(), static_cast<std::size_t>(count));
    if (said_.size() > kTalkKept) {
      said_.erase(0, said_.size() - kTalkKept);
    }
  }
}

std::string RayDriver::how_it_ended() {
  int status = 0;
  const FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  pollfd polled{process.get(), POLLIN, 0};
  if (pid_ == 0 || !process || poll(&polled, 1, kGoodbyeMs) <= 0 ||
      waitpid(pid_, &status, 0) != pid_) {
    return {};
  }
  pid_ = 0;
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (signal == 0 || signal == SIGABRT) {
    return {};
  }
  const char* name = sigdescr_np(signal);
  return "luthier-ray was ended by signal " + std::to_string(signal) + " (" +
         (name != nullptr ? name : "unknown") + ")";
}

// Ray ends its process with a wall of text; the first fatal line says what it is about.
std::string RayDriver::last_words() {
  read_talk();
  if (const std::string signal = how_it_ended(); !signal.empty()) {
    return signal;
  }
  std::string last;
  for (const auto& line : split(said_, '\n')) {
    const std::string text(trim(line));
    const auto message = text.find("] ");
    if (text.starts_with("[") && message != std::string::npos) {
      const bool fatal = text.substr(0, message).find(" C ") != std::string::npos;
      const bool error = text.substr(0, message).find(" E ") != std::string::npos;
      if (fatal) {
        return to_utf8(text.substr(message + 2));
      }
      last = error && last.empty() ? text.substr(message + 2) : last;
    }
  }
  return to_utf8(last);
}

}  // namespace luthier

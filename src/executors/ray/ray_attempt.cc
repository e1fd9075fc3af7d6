#include "executors/ray/ray_attempt.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace luthier {
namespace {

constexpr std::size_t kReadBytes = 1u << 16;

FileDescriptor own_copy(int fd) {
  FileDescriptor copy(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (copy) {
    fcntl(copy.get(), F_SETFL, fcntl(copy.get(), F_GETFL) | O_NONBLOCK);
  }
  return copy;
}

template <class Packet>
std::string bytes_of(const Packet& packet) {
  return {reinterpret_cast<const char*>(&packet), sizeof packet};
}

}  // namespace

Result<RayAttempt> RayAttempt::open(const Program& program,
                                    const StartRequest& request,
                                    FileDescriptor& theirs) {
  RayAttempt attempt;
  attempt.id_ = request.id;
  attempt.trial_directory_ = request.trial_directory;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0) {
    attempt.streams_[control] = FileDescriptor(ends[0]);
    theirs = FileDescriptor(ends[1]);
  }
  attempt.streams_[report] = own_copy(program.report);
  attempt.streams_[output] = own_copy(program.standard_output);
  attempt.streams_[error] = own_copy(program.standard_error);
  if (!std::ranges::all_of(attempt.streams_,
                           [](const auto& fd) { return static_cast<bool>(fd); })) {
    return Error{ErrorCode::unavailable, errno_in_words(errno)};
  }
  return attempt;
}

void RayAttempt::feed(Stream stream, std::string_view bytes) {
  if (stream == report) {
    lines_ += std::ranges::count(bytes, '\n');
  }
  pending_[stream] += bytes;
  flush();
}

void RayAttempt::flush() {
  for (const Stream stream : {report, output, error}) {
    std::string& pending = pending_[stream];
    std::size_t written = 0;
    while (written < pending.size()) {
      const ssize_t count =
          stream == report ? ::send(fd(stream),
                                    pending.data() + written,
                                    pending.size() - written,
                                    MSG_NOSIGNAL | MSG_DONTWAIT)
                           : write(fd(stream), pending.data() + written, pending.size() - written);
      if (count < 0 && errno == EINTR) {
        continue;
      }
      if (count < 0 && errno != EAGAIN) {
        written = pending.size();  // nobody reads it any more
      }
      if (count <= 0) {
        break;
      }
      written += static_cast<std::size_t>(count);
    }
    pending.erase(0, written);
  }
  send_end();
}

void RayAttempt::send_end() {
  const bool drained =
      std::ranges::all_of(pending_, [](const auto& bytes) { return bytes.empty(); });
  if (!end_.empty() && drained && !told_end_) {
    told_end_ = true;
    ::send(fd(control), end_.data(), end_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    for (const Stream stream : {report, output, error}) {
      streams_[stream].reset();
    }
  }
}

void RayAttempt::feed_spawned(const ray_wire::Spawned& spawned) {
  const std::string packet = bytes_of(guardian::Spawned{.failed_errno = spawned.failed_errno,
                                                        .in_directory = spawned.in_directory});
  ::send(fd(control), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  told_end_ = told_end_ || spawned.failed_errno != 0;
}

void RayAttempt::feed_gone(const ray_wire::Gone& gone) {
  end_ = bytes_of(guardian::Gone{.wait_status = gone.wait_status,
                                 .killed = gone.killed,
                                 .over_memory = gone.over_memory,
                                 .peak_memory_bytes = gone.peak_memory_bytes,
                                 .cpu_us = gone.cpu_us,
                                 .wall_us = gone.wall_us,
                                 .max_rss_bytes = gone.max_rss_bytes});
  send_end();
}

void RayAttempt::feed_lost(const std::string& reason, bool for_good) {
  guardian::Lost lost{.for_good = for_good ? 1u : 0u};
  std::memcpy(lost.reason, reason.data(), std::min(reason.size(), sizeof lost.reason - 1));
  end_ = bytes_of(lost);
  for (std::string& pending : pending_) {
    pending.clear();
  }
  send_end();
}

std::size_t RayAttempt::backlog() const {
  std::size_t bytes = 0;
  for (const std::string& pending : pending_) {
    bytes += pending.size();
  }
  return bytes;
}

RayAttempt::Wish RayAttempt::read_control() const {
  guardian::Terminate request;
  const ssize_t count = recv(fd(control), &request, sizeof request, MSG_DONTWAIT);
  if (count == sizeof request) {
    return {.terminate = true, .grace_ms = request.grace_ms};
  }
  return {.abandoned = count >= 0 || (errno != EAGAIN && errno != EINTR)};
}

std::string RayAttempt::read_report() {
  std::string bytes;
  char buffer[kReadBytes];
  const ssize_t count =
      streams_[report] ? recv(fd(report), buffer, sizeof buffer, MSG_DONTWAIT) : -1;
  if (count > 0) {
    bytes.assign(buffer, static_cast<std::size_t>(count));
  }
  return bytes;
}

}  // namespace luthier

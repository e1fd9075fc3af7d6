#include "executors/ray/worker_port.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/failure.h"
#include "base/format.h"
#include "base/listening_socket.h"
#include "base/secret.h"
#include "base/try.h"
#include "executors/programs/guardian_client.h"

namespace luthier {
namespace {

using ray_wire::Frame;
using ray_wire::Taken;

constexpr std::uint64_t kListening = 0;
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kGreetingBytes = kTokenBytes + sizeof(std::uint64_t);
constexpr std::size_t kMostStrangers = 1024;
constexpr TimePoint kStrangersTime = std::chrono::microseconds(std::chrono::seconds(10)).count();
constexpr std::size_t kReadBytes = std::size_t{1} << 16;

}  // namespace

Result<WorkerPort> WorkerPort::listen(const std::string& host, std::int64_t port) {
  WorkerPort out;
  out.epoll_ = FileDescriptor(epoll_create1(EPOLL_CLOEXEC));
  LUTHIER_TAKE(out.token_, random_secret(kTokenBytes / 2));
  out.listening_ = listen_at(host, port, SOMAXCONN);
  if (!out.epoll_ || !out.listening_) {
    return failure(ErrorCode::invalid_argument,
                   "luthier can't listen at {}{} for its workers on Ray: {}; choose another port "
                   "with --executor ray:port=PORT",
                   host,
                   port == 0 ? "" : ", port " + std::to_string(port),
                   errno_in_words(errno));
  }
  out.address_ = formatted("{}:{}", host, bound_port(out.listening_.get()));
  out.watch(EPOLL_CTL_ADD, out.listening_.get(), kListening, EPOLLIN);
  return out;
}

void WorkerPort::watch(int operation, int fd, std::uint64_t number, std::uint32_t events) const {
  epoll_event event{.events = events, .data = {.u64 = number}};
  epoll_ctl(epoll_.get(), operation, fd, &event);
}

std::uint64_t WorkerPort::expect() {
  workers_[next_] = {};
  return next_++;
}

std::string WorkerPort::place(std::uint64_t worker) const {
  return formatted("{} {} {}", address_, token_, worker);
}

void WorkerPort::tell(std::uint64_t worker, std::string_view frames) {
  const auto found = workers_.find(worker);
  if (found == workers_.end()) {
    return;
  }
  const bool was_empty = found->second.outgoing.empty();
  found->second.outgoing += frames;
  if (was_empty) {
    flush(found->second);
  }
}

void WorkerPort::forget(std::uint64_t worker) {
  const auto found = workers_.find(worker);
  if (found != workers_.end() && found->second.connection != 0) {
    hang_up(found->second.connection);
  }
  workers_.erase(worker);
}

void WorkerPort::hang_up(std::uint64_t number) {
  connections_.erase(number);
  strangers_.erase(number);
}

// What the socket does not take now goes out when it does.
void WorkerPort::flush(Worker& worker) {
  if (worker.connection == 0) {
    return;
  }
  const int fd = connections_.at(worker.connection).socket.get();
  std::size_t sent = 0;
  while (sent < worker.outgoing.size()) {
    const ssize_t count = send(fd,
                               worker.outgoing.data() + sent,
                               worker.outgoing.size() - sent,
                               MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0 && errno != EAGAIN) {
      sent = worker.outgoing.size();  // its end is read, too
    }
    if (count <= 0) {
      break;
    }
    sent += static_cast<std::size_t>(count);
  }
  worker.outgoing.erase(0, sent);
  const bool waits = !worker.outgoing.empty();
  if (waits != worker.waits_to_write) {
    worker.waits_to_write = waits;
    watch(EPOLL_CTL_MOD, fd, worker.connection, EPOLLIN | (waits ? EPOLLOUT : 0U));
  }
}

void WorkerPort::serve(Listener& listener, TimePoint now) {
  std::array<epoll_event, 64> events;
  const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    const std::uint64_t number = event.data.u64;
    if (number == kListening) {
      accept_all(now);
      continue;
    }
    const auto found = connections_.find(number);
    if (found != connections_.end() && (event.events & EPOLLOUT) != 0) {
      flush(workers_.at(found->second.worker));
    }
    if ((event.events & ~EPOLLOUT) != 0) {
      on_readable(number, listener);
    }
  }
}

void WorkerPort::accept_all(TimePoint now) {
  while (strangers_.size() < kMostStrangers) {
    FileDescriptor socket(
        accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket) {
      return;
    }
    const int on = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::uint64_t number = next_++;
    watch(EPOLL_CTL_ADD, socket.get(), number, EPOLLIN);
    connections_[number].socket = std::move(socket);
    strangers_[number] = now;
  }
  full_ = true;  // the next ones wait at the door
  watch(EPOLL_CTL_MOD, listening_.get(), kListening, 0);
}

void WorkerPort::tidy(TimePoint now) {
  while (!strangers_.empty() && now - strangers_.begin()->second > kStrangersTime) {
    hang_up(strangers_.begin()->first);
  }
  if (full_ && strangers_.size() < kMostStrangers) {
    full_ = false;
    watch(EPOLL_CTL_MOD, listening_.get(), kListening, EPOLLIN);
  }
}

// Whether the connection is a worker's, as far as it has said.
bool WorkerPort::greet(std::uint64_t number, Connection& connection) {
  if (connection.worker != 0 || connection.incoming.size() < kGreetingBytes) {
    return true;
  }
  std::uint64_t worker = 0;
  std::memcpy(&worker, connection.incoming.data() + kTokenBytes, sizeof worker);
  const auto found = workers_.find(worker);
  if (!same_secret(token_, std::string_view(connection.incoming).substr(0, kTokenBytes)) ||
      found == workers_.end() || found->second.connected) {
    return false;
  }
  connection.worker = worker;
  strangers_.erase(number);
  connection.incoming.erase(0, kGreetingBytes);
  found->second.connection = number;
  found->second.connected = true;
  flush(found->second);
  return true;
}

void WorkerPort::on_readable(std::uint64_t number, Listener& listener) {
  static thread_local std::array<char, kReadBytes> buffer;
  const auto found = connections_.find(number);
  if (found == connections_.end()) {
    return;
  }
  Connection& connection = found->second;
  const ssize_t count = recv(connection.socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  connection.incoming.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  hear(number, count > 0 && greet(number, connection), listener);
}

// Passes whole frames on. The listener may forget the worker, whose connection is gone then.
void WorkerPort::hear(std::uint64_t number, bool open, Listener& listener) {
  const std::uint64_t worker = connections_.at(number).worker;
  if (worker != 0) {
    std::string bytes = std::move(connections_.at(number).incoming);
    std::size_t position = 0;
    Frame frame;
    Taken taken = Taken::frame;
    while (connections_.contains(number) &&
           (taken = ray_wire::take(bytes, position, frame)) == Taken::frame) {
      listener.on_frame(worker, frame);
    }
    const auto still = connections_.find(number);
    if (still == connections_.end()) {
      return;
    }
    bytes.erase(0, position);
    still->second.incoming = std::move(bytes);
    open = open && taken != Taken::too_long;
  }
  if (open) {
    return;
  }
  hang_up(number);
  if (worker != 0) {
    workers_.at(worker).connection = 0;
    listener.on_closed(worker);
  }
}

}  // namespace luthier

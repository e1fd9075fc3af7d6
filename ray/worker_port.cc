#include "worker_port.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <utility>

#include <netdb.h>

#include "executors/ray/ray_wire.h"

namespace luthier::ray_driver {
namespace {

constexpr std::uint64_t kListening = 0;
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kGreetingBytes = kTokenBytes + sizeof(std::uint64_t);
constexpr std::size_t kMostStrangers = 256;
constexpr std::size_t kReadBytes = 1u << 16;

std::string random_token() {
  unsigned char bytes[kTokenBytes / 2];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
    throw std::runtime_error("no random numbers can be had");
  }
  std::string token;
  for (const unsigned char each : bytes) {
    token += "0123456789abcdef"[each >> 4];
    token += "0123456789abcdef"[each & 15];
  }
  return token;
}

// Takes as long whatever the difference is.
bool same(const std::string& token, const char* given) {
  unsigned char difference = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    difference |= static_cast<unsigned char>(token[i] ^ given[i]);
  }
  return difference == 0;
}

int listen_at(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return -1;
  }
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool listens =
      fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0;
  freeaddrinfo(found);
  if (!listens) {
    close(fd);
    return -1;
  }
  return fd;
}

int port_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

// How many bytes are whole frames.
std::size_t whole_frames(const std::string& bytes) {
  std::size_t end = 0;
  while (const std::size_t size = ray_wire::frame_size(bytes, end)) {
    end += size;
  }
  return end;
}

}  // namespace

WorkerPort::WorkerPort(const std::string& host, int port)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      listening_(listen_at(host, port)),
      token_(random_token()) {
  if (listening_ < 0 || epoll_ < 0) {
    throw std::runtime_error("luthier-ray can't listen at " + host +
                             (port == 0 ? "" : ", port " + std::to_string(port)) + ": " +
                             strerror(errno));
  }
  address_ = host + ":" + std::to_string(port_of(listening_));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kListening;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, listening_, &event);
  std::thread([this] { run(); }).detach();
}

std::uint64_t WorkerPort::expect(Listener listener) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::uint64_t number = next_++;
  workers_[number].listener = std::move(listener);
  return number;
}

std::string WorkerPort::place(std::uint64_t worker) const {
  return address_ + " " + token_ + " " + std::to_string(worker);
}

void WorkerPort::tell(std::uint64_t worker, const std::string& frames) {
  const std::lock_guard<std::mutex> lock(mutex_);
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
  std::unique_lock<std::mutex> lock(mutex_);
  const auto found = workers_.find(worker);
  if (found == workers_.end()) {
    return;
  }
  if (found->second.connection != 0) {
    hang_up(found->second.connection);
  }
  workers_.erase(found);
  delivered_.wait(lock, [&] { return delivering_ != worker; });
}

void WorkerPort::hang_up(std::uint64_t number) {
  const auto found = connections_.find(number);
  close(found->second.fd);
  connections_.erase(found);
  strangers_.erase(number);
}

// What the socket does not take now goes out when it does.
void WorkerPort::flush(Worker& worker) {
  if (worker.connection == 0) {
    return;
  }
  const int fd = connections_.at(worker.connection).fd;
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
    epoll_event event{};
    event.events = EPOLLIN | (waits ? EPOLLOUT : 0u);
    event.data.u64 = worker.connection;
    epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
  }
}

// ---- the thread

void WorkerPort::run() {
  epoll_event events[64];
  while (true) {
    const int count = epoll_wait(epoll_, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      const std::uint64_t number = events[i].data.u64;
      if (number == kListening) {
        accept_all();
        continue;
      }
      if ((events[i].events & EPOLLOUT) != 0) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = connections_.find(number);
        if (found != connections_.end()) {
          flush(workers_.at(found->second.worker));
        }
      }
      if ((events[i].events & ~EPOLLOUT) != 0) {
        on_readable(number);
      }
    }
  }
}

void WorkerPort::accept_all() {
  int fd = -1;
  while ((fd = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::uint64_t number = next_++;
    connections_[number].fd = fd;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = number;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    strangers_.insert(number);
    if (strangers_.size() > kMostStrangers) {
      hang_up(*strangers_.begin());
    }
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
  if (!same(token_, connection.incoming.data()) || found == workers_.end() ||
      found->second.connected) {
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

void WorkerPort::on_readable(std::uint64_t number) {
  static char buffer[kReadBytes];
  std::unique_lock<std::mutex> lock(mutex_);
  const auto found = connections_.find(number);
  if (found == connections_.end()) {
    return;
  }
  Connection& connection = found->second;
  const ssize_t count = recv(connection.fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  connection.incoming.append(buffer, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  const bool open = count > 0 && greet(number, connection);
  const std::uint64_t worker = connection.worker;
  std::string frames;
  if (worker != 0) {
    frames = connection.incoming.substr(0, whole_frames(connection.incoming));
    connection.incoming.erase(0, frames.size());
  }
  if (!open) {
    hang_up(number);
    if (worker != 0) {
      workers_.at(worker).connection = 0;
    }
  }
  if (worker == 0) {
    return;
  }
  const Listener listener = workers_.at(worker).listener;
  delivering_ = worker;
  lock.unlock();
  if (!frames.empty()) {
    listener.said(frames);
  }
  if (!open) {
    listener.closed();
  }
  lock.lock();
  delivering_ = 0;
  delivered_.notify_all();
}

}  // namespace luthier::ray_driver

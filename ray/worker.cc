#include "worker.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>

#include <netdb.h>
#include <ray/api.h>

#include "executors/ray/ray_wire.h"
#include "library_trial.h"
#include "order.h"

namespace luthier::ray_driver {
namespace {

using ray_wire::Frame;
using ray_wire::Kind;

constexpr int kPatienceMs = 5000;  // then it says that it is there
constexpr int kUnheardMs =
    60000;  // what it says is not taken for so long: the driver's host is gone
constexpr std::size_t kReadBytes = 1u << 16;

// A socket, or -1 with errno.
int connect_to(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(
          address.substr(0, colon).c_str(), address.substr(colon + 1).c_str(), &hints, &found) !=
      0) {
    errno = EINVAL;
    return -1;
  }
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int connected = connect(fd, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  if (connected != 0) {
    close(fd);
    return -1;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnheardMs, sizeof kUnheardMs);
  return fd;
}

}  // namespace

Worker* Worker::create() {
  return new Worker();  // Ray owns it
}

std::string Worker::serve(std::string place, std::string group) {
  group_ = std::move(group);
  std::istringstream words(place);
  std::string address;
  std::string token;
  std::uint64_t number = 0;
  words >> address >> token >> number;
  link_ = connect_to(address);
  if (link_ < 0) {
    return "it could not reach luthier-ray at " + address + ": " + strerror(errno);
  }
  say(token + std::string(reinterpret_cast<const char*>(&number), sizeof number));
  say_that_it_is_there();
  std::string incoming;
  std::string buffer(kReadBytes, '\0');
  while (true) {
    pollfd polled{link_, POLLIN, 0};
    if (poll(&polled, 1, kPatienceMs) == 0) {
      say_that_it_is_there();
      continue;
    }
    const ssize_t count = recv(link_, &buffer[0], buffer.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
      continue;
    }
    if (count <= 0) {
      _exit(0);  // nobody wants what its trials do any more
    }
    incoming.append(buffer, 0, static_cast<std::size_t>(count));
    std::size_t position = 0;
    obey(incoming, position);
    incoming.erase(0, position);
  }
}

void Worker::say_that_it_is_there() {
  std::string alive;
  ray_wire::append(alive, Kind::alive, -1, 0, "", 0);
  say(alive);
}

void Worker::say(const std::string& frames) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::size_t sent = 0;
  while (sent < frames.size()) {
    const ssize_t count = send(link_, frames.data() + sent, frames.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return;  // serve() sees the end
    }
    sent += static_cast<std::size_t>(count);
  }
}

void Worker::obey(const std::string& frames, std::size_t& position) {
  Frame frame;
  while (ray_wire::take(frames, position, frame)) {
    const Key key{frame.trial, frame.attempt};
    if (frame.kind == Kind::start) {
      for (auto each = trials_.begin(); each != trials_.end();) {
        each = each->second->over() && each->first != key ? trials_.erase(each) : std::next(each);
      }
      trials_[key] = std::make_shared<LibraryTrial>(
          *this, frame.trial, frame.attempt, with_text(frame.payload, "placement_group", group_));
      continue;
    }
    const auto found = trials_.find(key);
    if (found == trials_.end()) {
      continue;
    }
    if (frame.kind == Kind::input) {
      found->second->input(frame.payload);
    } else if (frame.kind == Kind::terminate) {
      std::uint32_t grace_ms = 0;
      std::memcpy(&grace_ms, frame.payload.data(), sizeof grace_ms);
      found->second->terminate(grace_ms);
    }
  }
}

}  // namespace luthier::ray_driver

using luthier::ray_driver::Worker;
RAY_REMOTE(Worker::create, &Worker::serve);

#include "channel.h"

#include <sys/socket.h>

#include <cerrno>

namespace luthier::ray_driver {

bool Channel::receive(ray_wire::Frame& frame) {
  while (!ray_wire::take(incoming_, position_, frame)) {
    incoming_.erase(0, position_);
    position_ = 0;
    char buffer[1 << 16];
    const ssize_t count = recv(socket_, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return false;
    }
    incoming_.append(buffer, static_cast<std::size_t>(count));
  }
  return true;
}

void Channel::send(const std::string& frames) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::size_t sent = 0;
  while (sent < frames.size()) {
    const ssize_t count = ::send(socket_, frames.data() + sent, frames.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return;  // the executor is gone; receive() says so
    }
    sent += static_cast<std::size_t>(count);
  }
}

void Channel::send(ray_wire::Kind kind,
                   std::int64_t trial,
                   std::int64_t attempt,
                   const std::string& sentence) {
  std::string frame;
  ray_wire::append(frame, kind, trial, attempt, sentence.data(), sentence.size());
  send(frame);
}

}  // namespace luthier::ray_driver

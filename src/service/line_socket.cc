#include "service/line_socket.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace luthier {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 16;

bool room_within(int fd, int timeout_ms) {
  pollfd polled{fd, POLLOUT, 0};
  int ready = 0;
  do {
    ready = poll(&polled, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

std::optional<std::string> LineSocket::buffered_line() {
  const std::size_t end = incoming_.find('\n', taken_);
  if (end == std::string::npos) {
    incoming_.erase(0, taken_);
    taken_ = 0;
    overlong_ = overlong_ || incoming_.size() > kLongestLine;
    return std::nullopt;
  }
  if (end - taken_ > kLongestLine) {
    overlong_ = true;
    return std::nullopt;
  }
  std::string line = incoming_.substr(taken_, end - taken_);
  taken_ = end + 1;
  return line;
}

std::optional<std::string> LineSocket::read_line() {
  while (true) {
    auto line = buffered_line();
    if (line || overlong_ || !exchange()) {
      return line;
    }
  }
}

// Reads while it writes: a peer that sends much before it reads is not waited for for ever.
bool LineSocket::exchange() {
  while (true) {
    bool writes = false;
    {
      const std::scoped_lock lock(mutex_);
      if (!write_what_fits()) {
        return false;
      }
      writes = !outgoing_.empty();
    }
    if (!writes) {
      return read_some();
    }
    pollfd polled[] = {{in_, POLLIN, 0}, {out_, POLLOUT, 0}};
    while (poll(polled, 2, -1) < 0 && errno == EINTR) {
    }
    if (polled[0].revents != 0) {
      return read_some();
    }
  }
}

bool LineSocket::read_some() {
  std::array<char, kReadBytes> buffer;
  ssize_t count = 0;
  do {
    count = read(in_, buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  if (count <= 0) {
    return false;
  }
  incoming_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

void LineSocket::write_line(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  outgoing_.append(line).append(1, '\n');
}

// Waits without the lock: other threads can add lines meanwhile.
bool LineSocket::flush() {
  while (true) {
    {
      const std::scoped_lock lock(mutex_);
      if (!write_what_fits() || outgoing_.empty()) {
        return !gone_;
      }
    }
    room_within(out_, -1);
  }
}

bool LineSocket::push_line(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  if (outgoing_.size() > kMostPushed) {
    return false;
  }
  outgoing_.append(line).append(1, '\n');
  write_what_fits();
  return true;
}

bool LineSocket::write_what_fits() {
  // No more than a pipe takes at once when it has room, so that this never waits.
  constexpr std::size_t kMostAtOnce = 4096;
  std::size_t written = 0;
  while (!gone_ && written < outgoing_.size() && room_within(out_, 0)) {
    const ssize_t count =
        write(out_, outgoing_.data() + written, std::min(kMostAtOnce, outgoing_.size() - written));
    if (count > 0) {
      written += static_cast<std::size_t>(count);
    } else if (count < 0 && errno != EINTR && errno != EAGAIN) {
      gone_ = true;
    }
  }
  outgoing_.erase(0, written);
  return !gone_;
}

}  // namespace luthier

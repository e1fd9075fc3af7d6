#include "service/mcp/message_lines.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace luthier {
namespace {

// Waits for one of the events on `fd`; false: `stop` was first.
bool wait_for(int fd, short events, int stop) {
  std::array<pollfd, 2> polled{pollfd{fd, events, 0}, pollfd{stop, POLLIN, 0}};
  while (poll(polled.data(), polled.size(), -1) < 0 && errno == EINTR) {
  }
  return polled[1].revents == 0;
}

}  // namespace

MessageLines::Read MessageLines::read(std::string& line) {
  while (true) {
    const std::size_t end = incoming_.find('\n', searched_);
    if (end != std::string::npos) {
      line = incoming_.substr(0, end);
      incoming_.erase(0, end + 1);
      searched_ = 0;
      return std::exchange(skipping_, false) || line.size() > kLongest ? Read::too_long
                                                                       : Read::line;
    }
    searched_ = incoming_.size();
    if (searched_ > kLongest) {
      skipping_ = true;
      incoming_.clear();
      searched_ = 0;
    }
    if (!read_some()) {
      return Read::end;
    }
  }
}

bool MessageLines::read_some() {
  if (ended_ || !wait_for(in_, POLLIN, stop_)) {
    return false;
  }
  std::array<char, 1 << 16> buffer;
  ssize_t count = 0;
  do {
    count = ::read(in_, buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  ended_ = count <= 0;
  if (!ended_) {
    incoming_.append(buffer.data(), static_cast<std::size_t>(count));
  } else if (!incoming_.empty() || skipping_) {
    incoming_ += '\n';  // the last line may lack its end
    return true;
  }
  return !ended_;
}

void MessageLines::write(std::string_view line) {
  constexpr std::size_t kMostAtOnce = 4096;  // what a pipe with room takes without waiting
  const std::string text = std::string(line) + '\n';
  const std::scoped_lock lock(mutex_);
  std::size_t written = 0;
  while (!gone_ && written < text.size()) {
    if (!wait_for(out_, POLLOUT, stop_)) {
      gone_ = true;
      return;
    }
    const ssize_t count =
        ::write(out_, text.data() + written, std::min(kMostAtOnce, text.size() - written));
    if (count > 0) {
      written += static_cast<std::size_t>(count);
    } else if (count < 0 && errno != EINTR && errno != EAGAIN) {
      gone_ = true;
    }
  }
}

}  // namespace luthier

// Messages of a peer, one a line, over two descriptors. Reading is one thread's, writing any
// thread's. What is kept of a peer that misbehaves is bounded.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace luthier {

class MessageLines {
 public:
  static constexpr std::size_t kLongest = std::size_t{1} << 20;  // bytes of the peer's line

  // Descriptors are borrowed. As soon as `stop` is readable, there is nothing more to read and
  // nothing is written any more.
  MessageLines(int in, int out, int stop) : in_(in), out_(out), stop_(stop) {}

  enum class Read { line, too_long, end };
  // Waits for a line. A line that is too long is skipped to its end.
  Read read(std::string& line);

  // Waits until the line is written or the peer is gone.
  void write(std::string_view line);

 private:
  bool read_some();  // false: the end

  const int in_;
  const int out_;
  const int stop_;
  std::string incoming_;
  std::size_t searched_ = 0;  // bytes of incoming_ without a line's end
  bool skipping_ = false;     // within a line that is too long
  bool ended_ = false;
  std::mutex mutex_;
  bool gone_ = false;  // guarded by mutex_
};

}  // namespace luthier

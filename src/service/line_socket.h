// LineSocket: lines to and from one peer over a descriptor pair. Reading is one thread's; writing
// is any thread's.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace luthier {

class LineSocket {
 public:
  static constexpr std::size_t kLongestLine = std::size_t{16} << 20;  // of the peer's
  static constexpr std::size_t kMostPushed = std::size_t{8} << 20;    // bytes that wait for it

  // Descriptors are borrowed; they may be the same one.
  LineSocket(int in, int out) : in_(in), out_(out) {}

  // The next line, without its end; waits for it, and writes meanwhile. Nothing: the peer is gone,
  // or its line is too long (overlong()), which ends the reading.
  std::optional<std::string> read_line();
  // A line that is there already.
  std::optional<std::string> buffered_line();
  // Reads once, without waiting; false: the peer is gone.
  bool read_some();
  bool overlong() const { return overlong_; }
  int in() const { return in_; }

  // Adds a line to what is to be written.
  void write_line(std::string_view line);
  // Waits until all is written; false: the peer is gone.
  bool flush();
  // Writes what there is room for. False: the peer is too far behind, and the line was not taken.
  bool push_line(std::string_view line);

 private:
  bool exchange();         // waits until something was read; false: the peer is gone
  bool write_what_fits();  // with mutex_ held; false: the peer is gone

  const int in_;
  const int out_;
  std::string incoming_;
  std::size_t taken_ = 0;  // bytes of incoming_ that were lines
  bool overlong_ = false;
  std::mutex mutex_;
  std::string outgoing_;  // guarded by mutex_
  bool gone_ = false;     // guarded by mutex_
};

}  // namespace luthier

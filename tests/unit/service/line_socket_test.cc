// A peer that reads nothing holds up nobody but who waits for it.
#include "service/line_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <future>
#include <string>

#include <gtest/gtest.h>

#include "base/file_descriptor.h"

namespace luthier {
namespace {

constexpr std::size_t kMoreThanFits = std::size_t{4} << 20;

TEST(LineSocket, TakesLinesWhileAnotherThreadWaitsForThePeer) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const FileDescriptor ours(ends[0]);
  const FileDescriptor theirs(ends[1]);
  LineSocket socket(ours.get(), ours.get());
  socket.write_line(std::string(kMoreThanFits, 'a'));
  auto flushed = std::async(std::launch::async, [&] { return socket.flush(); });
  ASSERT_EQ(flushed.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  auto pushed = std::async(std::launch::async, [&] { return socket.push_line("b"); });
  const bool in_time = pushed.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  EXPECT_TRUE(in_time) << "the one that pushes waits for the peer";
  std::string heard;
  std::array<char, 65536> buffer{};
  while (!heard.ends_with("\nb\n")) {
    const ssize_t count = read(theirs.get(), buffer.data(), buffer.size());
    ASSERT_GT(count, 0);
    heard.append(buffer.data(), static_cast<std::size_t>(count));
  }
  EXPECT_TRUE(flushed.get());
  EXPECT_TRUE(pushed.get());
  EXPECT_EQ(heard.size(), kMoreThanFits + 3);
}

}  // namespace
}  // namespace luthier

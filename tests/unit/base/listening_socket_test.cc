#include "base/listening_socket.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace luthier {
namespace {

TEST(ListeningSocket, ListensAtAFreePortAndSaysWhich) {
  const FileDescriptor first = listen_at("127.0.0.1", 0, 1);
  ASSERT_TRUE(first);
  const int port = bound_port(first.get());
  EXPECT_GT(port, 0);
  EXPECT_FALSE(listen_at("127.0.0.1", port, 1));
  EXPECT_EQ(errno, EADDRINUSE);
}

TEST(ListeningSocket, AnAddressIsNoName) {
  EXPECT_TRUE(is_ip_address("127.0.0.1"));
  EXPECT_TRUE(is_ip_address("::1"));
  for (const std::string text : {"localhost", "", "127.0.0", "[::1]", "127.0.0.1:80", "1.2.3.4 "}) {
    EXPECT_FALSE(is_ip_address(text)) << text;
    EXPECT_FALSE(listen_at(text, 0, 1)) << text;
    EXPECT_EQ(errno, EADDRNOTAVAIL) << text;
  }
}

}  // namespace
}  // namespace luthier

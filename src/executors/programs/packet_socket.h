// Packets from sockets of the kind SOCK_SEQPACKET.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>

namespace luthier {

// recv() that does not wait. Of an end that was closed before it had read all that it was sent, the
// kernel first says just that (ECONNRESET), and only then gives out what that end had sent.
inline ssize_t receive_packet(int socket, void* packet, std::size_t bytes) {
  const ssize_t count = recv(socket, packet, bytes, MSG_DONTWAIT);
  return count < 0 && errno == ECONNRESET ? recv(socket, packet, bytes, MSG_DONTWAIT) : count;
}

}  // namespace luthier

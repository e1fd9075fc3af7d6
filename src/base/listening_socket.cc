#include "base/listening_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

namespace luthier {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;  // 0: the text is no address
};

SocketAddress socket_address(const std::string& address, std::int64_t port) {
  SocketAddress out;
  auto& four = reinterpret_cast<sockaddr_in&>(out.storage);
  auto& six = reinterpret_cast<sockaddr_in6&>(out.storage);
  const auto in_network_order = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, address.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = in_network_order;
    out.size = sizeof four;
  } else if (inet_pton(AF_INET6, address.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = in_network_order;
    out.size = sizeof six;
  }
  return out;
}

}  // namespace

bool is_ip_address(const std::string& text) {
  return socket_address(text, 0).size != 0;
}

std::string in_brackets(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

FileDescriptor listen_at(const std::string& address, std::int64_t port, int backlog) {
  const SocketAddress at = socket_address(address, port);
  if (at.size == 0) {
    errno = EADDRNOTAVAIL;
    return {};
  }
  FileDescriptor socket(
      ::socket(at.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  const auto* const bound = reinterpret_cast<const sockaddr*>(&at.storage);
  const bool listens =
      socket && ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      ::bind(socket.get(), bound, at.size) == 0 && ::listen(socket.get(), backlog) == 0;
  if (!listens) {
    const int why = errno;
    socket.reset();
    errno = why;
  }
  return socket;
}

int bound_port(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

}  // namespace luthier

#include "head_probe.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <netdb.h>

namespace luthier::ray_driver {
namespace {

constexpr int kPatienceMs = 2000;

// 0, or the errno of the failure.
int try_connect(const addrinfo& target) {
  const int fd = socket(target.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    return errno;
  }
  int result = connect(fd, target.ai_addr, target.ai_addrlen) == 0 ? 0 : errno;
  if (result == EINPROGRESS) {
    pollfd polled{fd, POLLOUT, 0};
    socklen_t size = sizeof result;
    if (poll(&polled, 1, kPatienceMs) <= 0) {
      result = ETIMEDOUT;
    } else {
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &result, &size);
    }
  }
  close(fd);
  return result;
}

}  // namespace

std::string why_unreachable(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return "the Ray address '" + address +
           "' is not of the form HOST:PORT; give the address that `ray start --head` printed";
  }
  const std::string host = address.substr(0, colon);
  const std::string port = address.substr(colon + 1);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    return "the Ray address '" + address + "' names no host: " + gai_strerror(error) +
           "; give the address that `ray start --head` printed";
  }
  int result = ETIMEDOUT;
  for (const addrinfo* each = found; each != nullptr && result != 0; each = each->ai_next) {
    result = try_connect(*each);
  }
  freeaddrinfo(found);
  if (result == 0) {
    return {};
  }
  return "no Ray head answers at " + address + " (" + strerror(result) +
         "); start one with `ray start --head`, or give its address with --executor "
         "ray:address=HOST:PORT";
}

}  // namespace luthier::ray_driver

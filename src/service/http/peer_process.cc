// The kernel is asked for the other end alone, by NETLINK_SOCK_DIAG: what a look costs does not
// grow with the connections of the machine.
#include "service/http/peer_process.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include "base/file_descriptor.h"

namespace luthier {
namespace {

struct Question {
  nlmsghdr header{};
  inet_diag_req_v2 asked{};
};

void put_end(const sockaddr_storage& end, __be16& port, __be32 (&address)[4]) {
  if (end.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(end);
    port = six.sin6_port;
    std::memcpy(address, &six.sin6_addr, sizeof six.sin6_addr);
  } else {
    const auto& four = reinterpret_cast<const sockaddr_in&>(end);
    port = four.sin_port;
    std::memcpy(address, &four.sin_addr, sizeof four.sin_addr);
  }
}

// For the connection as its other end sees it: from `there` to `here`.
Question question(const sockaddr_storage& there, const sockaddr_storage& here) {
  Question question;
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.asked.sdiag_family = static_cast<__u8>(there.ss_family);
  question.asked.sdiag_protocol = IPPROTO_TCP;
  question.asked.idiag_states = ~0U;
  put_end(there, question.asked.id.idiag_sport, question.asked.id.idiag_src);
  put_end(here, question.asked.id.idiag_dport, question.asked.id.idiag_dst);
  question.asked.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  question.asked.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return question;
}

std::optional<inet_diag_msg> ask_kernel(const Question& question) {
  const FileDescriptor kernel(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  const timeval patience{.tv_sec = 0, .tv_usec = 200'000};
  alignas(nlmsghdr) std::array<char, 4096> answer{};
  if (!kernel ||
      ::setsockopt(kernel.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
      ::send(kernel.get(), &question, sizeof question, 0) != sizeof question) {
    return std::nullopt;
  }
  const ssize_t size = ::recv(kernel.get(), answer.data(), answer.size(), 0);
  nlmsghdr header{};
  inet_diag_msg said{};
  if (size < static_cast<ssize_t>(NLMSG_LENGTH(sizeof said))) {
    return std::nullopt;
  }
  std::memcpy(&header, answer.data(), sizeof header);
  std::memcpy(&said, answer.data() + NLMSG_HDRLEN, sizeof said);
  return header.nlmsg_type == SOCK_DIAG_BY_FAMILY ? std::optional(said) : std::nullopt;
}

}  // namespace

bool is_own_process(int socket) {
  sockaddr_storage here{}, there{};
  socklen_t here_size = sizeof here, there_size = sizeof there;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &here_size) != 0 ||
      ::getpeername(socket, reinterpret_cast<sockaddr*>(&there), &there_size) != 0) {
    return false;
  }
  const auto said = ask_kernel(question(there, here));
  // A connection that its process has left belongs to nobody, and the kernel may say root.
  return said && said->idiag_inode != 0 && (said->idiag_uid == ::geteuid() || said->idiag_uid == 0);
}

}  // namespace luthier

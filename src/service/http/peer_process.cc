#include "service/http/peer_process.h"

#include <netinet/in.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/format.h"

namespace luthier {
namespace {

std::string words_in_hex(const void* bytes, std::size_t words) {
  std::string out;
  for (std::size_t i = 0; i < words; ++i) {
    std::uint32_t word = 0;
    std::memcpy(&word, static_cast<const char*>(bytes) + i * sizeof word, sizeof word);
    out += formatted("{:08X}", word);
  }
  return out;
}

}  // namespace

std::string end_in_table(const sockaddr_storage& end) {
  if (end.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(end);
    return words_in_hex(&six.sin6_addr, 4) +
           formatted(":{:04X}", static_cast<unsigned>(ntohs(six.sin6_port)));
  }
  const auto& four = reinterpret_cast<const sockaddr_in&>(end);
  return words_in_hex(&four.sin_addr, 1) +
         formatted(":{:04X}", static_cast<unsigned>(ntohs(four.sin_port)));
}

std::optional<unsigned> user_in_table(std::istream& table,
                                      const std::string& local,
                                      const std::string& remote) {
  std::string line;
  while (std::getline(table, line)) {
    std::istringstream words(line);
    std::string number, from, to, state, queues, timer, retransmits;
    unsigned user = 0;
    std::uint64_t timeout = 0, inode = 0;
    words >> number >> from >> to >> state >> queues >> timer >> retransmits >> user >> timeout >>
        inode;
    // A connection that its process has left belongs to nobody, and the table says root.
    if (words && from == local && to == remote && inode != 0) {
      return user;
    }
  }
  return std::nullopt;
}

bool is_own_process(int socket) {
  sockaddr_storage here{}, there{};
  socklen_t here_size = sizeof here, there_size = sizeof there;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&here), &here_size) != 0 ||
      ::getpeername(socket, reinterpret_cast<sockaddr*>(&there), &there_size) != 0) {
    return false;
  }
  // The peer's own end: its local address is our remote one.
  std::ifstream table(there.ss_family == AF_INET6 ? "/proc/self/net/tcp6" : "/proc/self/net/tcp");
  const auto user = user_in_table(table, end_in_table(there), end_in_table(here));
  return user && (*user == ::geteuid() || *user == 0);
}

}  // namespace luthier

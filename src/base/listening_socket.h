// A TCP socket that listens at an IP address. No name is looked up: a static program can't.
#pragma once

#include <cstdint>
#include <string>

#include "base/file_descriptor.h"

namespace luthier {

// Whether it is one of IPv4 or IPv6, without brackets.
bool is_ip_address(const std::string& text);

// The address as it stands in a URL: one of IPv6 in brackets.
std::string in_brackets(const std::string& address);

// At an IPv4 or IPv6 address; port 0: any free one. It never blocks. Without a descriptor, errno
// says why: EADDRNOTAVAIL if `address` is none.
FileDescriptor listen_at(const std::string& address, std::int64_t port, int backlog);

// The port that a socket is bound to.
int bound_port(int socket);

}  // namespace luthier

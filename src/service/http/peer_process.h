// Whose process is at the other end of a connection within this machine.
#pragma once

#include <sys/socket.h>

#include <istream>
#include <optional>
#include <string>

namespace luthier {

// Whether it is one of the user who runs this process, or root's. False wherever that can't be
// told: the other end is on another machine, say.
bool is_own_process(int socket);

// How /proc/net/tcp and tcp6 write an end of a connection: "0100007F:1F90".
std::string end_in_table(const sockaddr_storage& end);
// The user of the connection from `local` to `remote` in such a table; nothing where it is not in
// there, or no process holds that end any more.
std::optional<unsigned> user_in_table(std::istream& table,
                                      const std::string& local,
                                      const std::string& remote);

}  // namespace luthier

// What this machine is and has.
#pragma once

#include <cstdint>
#include <istream>
#include <string>

namespace luthier {

std::string host_name();
std::int64_t process_id();
// Processors this process may use (its affinity), at least 1.
std::int64_t processor_count();
// The name of a user id in the text of /etc/passwd; for one that is not there, such as an account
// of the network, LOGNAME (which may be null or empty), else the number itself.
std::string user_name(std::istream& passwd, const std::string& uid, const char* logname);
// "name@host" of whoever runs this process, for the log.
std::string person();

}  // namespace luthier

#include "tuner/machine/machine.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

#include <sched.h>

#include "base/format.h"

namespace luthier {

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::int64_t process_id() {
  return getpid();
}

std::int64_t processor_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) {
    return 1;
  }
  return std::max<std::int64_t>(1, CPU_COUNT(&set));
}

// Lines are "name:password:uid:...". getpwuid_r() would also ask the network; a static program
// can't.
std::string user_name(std::istream& passwd, const std::string& uid, const char* logname) {
  for (std::string line; std::getline(passwd, line);) {
    const std::size_t name_end = line.find(':');
    const std::size_t uid_begin =
        name_end == std::string::npos ? name_end : line.find(':', name_end + 1);
    if (name_end > 0 && uid_begin != std::string::npos &&
        line.compare(uid_begin, uid.size() + 2, formatted(":{}:", uid)) == 0) {
      return line.substr(0, name_end);
    }
  }
  return logname != nullptr && *logname != '\0' ? logname : uid;
}

std::string person() {
  std::ifstream passwd("/etc/passwd");
  return formatted(
      "{}@{}", user_name(passwd, std::to_string(getuid()), std::getenv("LOGNAME")), host_name());
}

}  // namespace luthier

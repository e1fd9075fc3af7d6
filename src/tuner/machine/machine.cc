#include "tuner/machine/machine.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include <pwd.h>
#include <sched.h>

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

std::string person() {
  std::array<char, 4096> buffer;
  passwd entry{};
  passwd* found = nullptr;
  getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found);
  return (found ? std::string(found->pw_name) : std::to_string(getuid())) + "@" + host_name();
}

}  // namespace luthier

// What this machine is and has.
#pragma once

#include <cstdint>
#include <string>

namespace luthier {

std::string host_name();
std::int64_t process_id();
// Processors this process may use (its affinity), at least 1.
std::int64_t processor_count();
// "name@host", for the log.
std::string person();

}  // namespace luthier

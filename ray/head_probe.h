// Whether something listens at the head's address. ray::Init retries for a quarter of a minute and
// then aborts; this answers in two seconds.
#pragma once

#include <string>

namespace luthier::ray_driver {

// Empty when a connection to "host:port" was accepted; otherwise a sentence with the remedy.
std::string why_unreachable(const std::string& address);

}  // namespace luthier::ray_driver

// A moment as people write it: "2026-03-01T12:00:00Z".
#pragma once

#include <chrono>
#include <string>

namespace luthier {

std::string utc_text(std::chrono::system_clock::time_point moment);

}  // namespace luthier

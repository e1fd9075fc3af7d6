// What a run does while the disk of its log is full: nothing can be kept, so nothing is decided; it
// waits until there is room, and says so.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "luthier/error.h"

namespace luthier {

// For StoreOptions::wait_for_room. `interrupts` outlives it; when it changes, waiting is over.
std::function<bool(const Error*)> patience_with_a_full_disk(
    const std::atomic<int>& interrupts, std::function<void(const std::string&)> say);

}  // namespace luthier

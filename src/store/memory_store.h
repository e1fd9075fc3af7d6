// An event log in memory, for simulations and tests: the encoded bytes, so that what is read back
// is what a file would have given.
#pragma once

#include <memory>

#include "luthier/event_store.h"

namespace luthier {

std::unique_ptr<EventStore> make_memory_store();

}  // namespace luthier

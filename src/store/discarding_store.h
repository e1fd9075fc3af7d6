// An event log that nobody will read: it counts and forgets. For simulations whose result is a
// curve; a million trials then cost what their state costs.
#pragma once

#include <memory>

#include "luthier/event_store.h"

namespace luthier {

// read_from is an error: there is nothing to read.
std::unique_ptr<EventStore> make_discarding_store();

}  // namespace luthier

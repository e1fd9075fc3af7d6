// Events with random content, every kind and every value type among them, for tests of the codec
// and of the stores.
#pragma once

#include "luthier/event.h"
#include "luthier/rng.h"

namespace luthier {

// A body of kind `index` (place in EventBody), or of a random kind.
EventBody random_body(Rng& rng, std::size_t index);
EventBody random_body(Rng& rng);
Event random_event(Rng& rng, Sequence sequence);

}  // namespace luthier

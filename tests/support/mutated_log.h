// Logs whose checksums are right and whose meaning is not: what someone writes who wants a reader
// to crash, hang or touch what is not his.
#pragma once

#include <string>
#include <vector>

#include "luthier/event.h"
#include "luthier/rng.h"

namespace luthier {

// A few changes of `events`: fields, order, gaps, strangers' events, the experiment's description.
// `paths`: texts that lead to places nothing may be written to. Sequences are 1, 2, 3, ... again.
std::vector<Event> mutated(std::vector<Event> events,
                           const std::vector<std::string>& paths,
                           Rng& rng);

}  // namespace luthier

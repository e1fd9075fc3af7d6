// Live events: what a log gains, as server-sent events. The id of an event is its place in the log,
// so that a browser that was away goes on where it was.
#pragma once

#include "service/http/http_server.h"

namespace luthier {

// Events of the log after stream.after, not too many at once. A change of whether
// a controller holds the experiment is told too.
LiveNews live_news(const LiveStream& stream);

}  // namespace luthier

// The body of a request that changes something.
#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "service/http/api_request.h"

namespace luthier {

// An object with no other members than these and `id`; no body is an empty one.
Result<Json> body_of(const ApiRequest& request, std::vector<std::string> known);
// What the client calls its request, so that it is done once; empty: it has no name.
Result<std::string> id_of(const Json& body);
// Whether the path names a trial and not the experiment alone.
bool names_trial(const ApiRequest& request);

}  // namespace luthier

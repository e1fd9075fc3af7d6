// The trials that a request asks for.
#pragma once

#include "service/http/api_request.h"
#include "tuner/stored/trial_query.h"

namespace luthier {

Result<TrialQuery> trial_query(const ApiRequest& request);

}  // namespace luthier

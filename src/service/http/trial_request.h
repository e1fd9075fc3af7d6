// What a request says about the trials that it wants.
#pragma once

#include <vector>

#include "service/http/api_request.h"
#include "tuner/stored/trial_query.h"

namespace luthier {

// filter, state, sort and order.
Result<TrialQuery> trial_query(const ApiRequest& request);

// `trials`: at most so many numbers; empty: it names none.
Result<std::vector<TrialId>> listed_trials(const ApiRequest& request, std::size_t most);

}  // namespace luthier

#include "service/http/trial_request.h"

#include "base/failure.h"
#include "base/text.h"

namespace luthier {

Result<TrialQuery> trial_query(const ApiRequest& request) {
  const std::string order = request.text("order");
  if (!order.empty() && order != "usual" && order != "reversed") {
    return failure(ErrorCode::invalid_argument,
                   "order is '{}'; it must be usual (the best or the smallest first) or reversed",
                   to_utf8(order));
  }
  const std::string sort = request.text("sort");
  return TrialQuery{.states = request.list("state"),
                    .where = request.text("filter"),
                    .sort = sort.empty() ? std::nullopt : std::optional(sort),
                    .reversed = order == "reversed"};
}

Result<std::vector<TrialId>> listed_trials(const ApiRequest& request, std::size_t most) {
  std::vector<TrialId> trials;
  for (const auto& text : request.list("trials")) {
    const auto number = parse_integer(text);
    if (!number || *number < 0 || trials.size() >= most) {
      return failure(ErrorCode::invalid_argument,
                     "trials is a list of at most {} numbers, such as 0,5,12",
                     most);
    }
    trials.push_back({*number});
  }
  return trials;
}

}  // namespace luthier

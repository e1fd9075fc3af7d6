// Which parameters matter.
#include "base/try.h"
#include "laboratory/importance/importance.h"
#include "laboratory/importance/importance_text.h"
#include "service/http/api_request.h"

namespace luthier {

ApiAnswer answer_importance(const ApiRequest& request) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  ImportanceOptions options;
  options.trials = {.metric = request.text("metric"), .where = request.text("filter")};
  if (const auto method = request.text("method"); !method.empty()) {
    LUTHIER_TAKE(options.method, parse_importance_method(method));
  }
  if (!request.text("iteration").empty()) {
    LUTHIER_TAKE(options.trials.iteration, request.number("iteration", 1, 1, kMost));
  }
  LUTHIER_TAKE(const auto seed, request.number("seed", 0, 0, kMost));
  options.seed = static_cast<std::uint64_t>(seed);
  LUTHIER_TAKE(const auto pairs, request.number("pairs", 0, 0, 1));
  options.pairs = pairs == 1;
  LUTHIER_TAKE(const auto top, request.number("top", 1000, 1, 1000));
  // Others may look at the experiment while importance is worked out.
  LUTHIER_TAKE(const auto trials,
               count_trials(request.experiment, options.trials, [&](const auto& look) {
                 return request.folds.look_at_trials(request.experiment, look);
               }));
  LUTHIER_TAKE(const auto report, importance_of(trials, options));
  return json_response(importance_json(report, static_cast<std::size_t>(top)));
}

}  // namespace luthier

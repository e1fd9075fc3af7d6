// What every answer of the API is made from, and the checks of what was asked for.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "luthier/error.h"
#include "luthier/trial.h"
#include "service/http/access.h"
#include "service/http/event_fold_cache.h"
#include "service/http/fold_cache.h"
#include "service/http/http_message.h"
#include "service/http/request_target.h"

namespace luthier {

// Experiments in one comparison, whose curves are kept: they are small.
inline constexpr std::size_t kMostCompared = 100;

struct ApiRequest {
  const HttpRequest& http;
  const RequestTarget& target;
  const std::filesystem::path& results;
  std::string who;  // in whose name experiments are asked to stop
  Role role;
  FoldCache& folds;
  EventFoldCache& pictures;
  EventFoldCache& compared;
  std::filesystem::path experiment = {};  // its directory, where the path names one
  TrialId trial = {};                     // where the path names one
  std::string action = {};                // stop, pause or resume, where the path ends so

  std::string text(std::string_view name) const;  // a parameter of the query; empty: none
  // A whole number of the query from `least` to `most`.
  Result<std::int64_t> number(std::string_view name,
                              std::int64_t otherwise,
                              std::int64_t least,
                              std::int64_t most) const;
  // Comma-separated texts.
  std::vector<std::string> list(std::string_view name) const;
};

using ApiAnswer = Result<HttpResponse>;

HttpResponse json_response(std::string body);

ApiAnswer answer_session(const ApiRequest& request);
// Of an experiment that a request names: a directory of its own below the results, and no link, so
// that what lies outside stays outside.
Result<std::filesystem::path> directory_of(const std::filesystem::path& results,
                                           const std::string& name);

ApiAnswer answer_experiments(const ApiRequest& request);
ApiAnswer answer_comparison(const ApiRequest& request);
ApiAnswer answer_experiment(const ApiRequest& request);
ApiAnswer answer_progress(const ApiRequest& request);
ApiAnswer answer_trials(const ApiRequest& request);
ApiAnswer answer_trial(const ApiRequest& request);
ApiAnswer answer_log(const ApiRequest& request);
ApiAnswer answer_curves(const ApiRequest& request);
ApiAnswer answer_columns(const ApiRequest& request);
ApiAnswer answer_rungs(const ApiRequest& request);
ApiAnswer answer_timeline(const ApiRequest& request);
ApiAnswer answer_lineage(const ApiRequest& request);
ApiAnswer answer_schedule(const ApiRequest& request);
ApiAnswer answer_contour(const ApiRequest& request);
ApiAnswer answer_front(const ApiRequest& request);
ApiAnswer answer_importance(const ApiRequest& request);
ApiAnswer answer_events(const ApiRequest& request);
ApiAnswer answer_space(const ApiRequest& request);
ApiAnswer answer_control(const ApiRequest& request);
ApiAnswer answer_retry(const ApiRequest& request);
ApiAnswer answer_extend(const ApiRequest& request);
ApiAnswer answer_enqueue(const ApiRequest& request);
ApiAnswer answer_note(const ApiRequest& request);
ApiAnswer answer_tag(const ApiRequest& request);

}  // namespace luthier

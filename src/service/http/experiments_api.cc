#include "service/http/experiments_api.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/contained_files.h"
#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "core/log/log_words.h"
#include "service/http/api_request.h"
#include "tuner/advice.h"
#include "tuner/stored/listing.h"

namespace luthier {
namespace {

struct Route {
  std::string_view method;
  std::string_view path;        // below /api/v1
  std::string_view parameters;  // of the query, parted by blanks
  ApiAnswer (*answer)(const ApiRequest& request);
};

constexpr std::array kRoutes = {
    Route{"GET", "session", "", answer_session},
    Route{"GET", "experiments", "", answer_experiments},
    Route{"GET", "comparison", "experiment by at optimum", answer_comparison},
    Route{"GET", "experiments/{experiment}", "", answer_experiment},
    Route{"GET", "experiments/{experiment}/progress", "", answer_progress},
    Route{"GET",
          "experiments/{experiment}/trials",
          "filter state sort order offset limit",
          answer_trials},
    Route{"GET", "experiments/{experiment}/trials/{trial}", "points decisions", answer_trial},
    Route{"GET", "experiments/{experiment}/trials/{trial}/log", "stream bytes", answer_log},
    Route{"GET", "experiments/{experiment}/trials/{trial}/schedule", "format", answer_schedule},
    Route{"GET",
          "experiments/{experiment}/curves",
          "metric trials points by filter state sort order limit",
          answer_curves},
    Route{"GET",
          "experiments/{experiment}/columns",
          "trials also filter state sort order limit",
          answer_columns},
    Route{"GET", "experiments/{experiment}/rungs", "limit", answer_rungs},
    Route{"GET", "experiments/{experiment}/timeline", "limit", answer_timeline},
    Route{"GET",
          "experiments/{experiment}/contour",
          "x y metric cells points filter state",
          answer_contour},
    Route{"GET", "experiments/{experiment}/lineage", "trial limit", answer_lineage},
    Route{"GET", "experiments/{experiment}/front", "", answer_front},
    Route{"GET",
          "experiments/{experiment}/importance",
          "metric method filter iteration top pairs seed",
          answer_importance},
    Route{"GET", "experiments/{experiment}/events", "after", answer_events},
    Route{"GET", "experiments/{experiment}/space", "", answer_space},
    Route{"POST", "experiments/{experiment}/extend", "", answer_extend},
    Route{"POST", "experiments/{experiment}/enqueue", "", answer_enqueue},
    Route{"POST", "experiments/{experiment}/retry", "", answer_retry},
    Route{"POST", "experiments/{experiment}/trials/{trial}/retry", "", answer_retry},
    Route{"POST", "experiments/{experiment}/note", "", answer_note},
    Route{"POST", "experiments/{experiment}/trials/{trial}/note", "", answer_note},
    Route{"POST", "experiments/{experiment}/tag", "", answer_tag},
    Route{"POST", "experiments/{experiment}/trials/{trial}/tag", "", answer_tag},
    Route{"POST", "experiments/{experiment}/{action}", "", answer_control},
    Route{"POST", "experiments/{experiment}/trials/{trial}/{action}", "", answer_control}};

// Whoever may only read can ask for anything that changes nothing.
Role needed_for(const Route& route) {
  return route.method == "GET" ? Role::views : Role::operates;
}

Result<TrialId> trial_of_text(const std::string& text) {
  const auto number = parse_integer(text);
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (!number || !digits) {
    return failure(ErrorCode::not_found, "'{}' is no number of a trial", to_utf8(text));
  }
  return TrialId{*number};
}

bool is_action(const std::string& text) {
  return text == "stop" || text == "pause" || text == "resume";
}

// Whether the path is one of the route's; the parts in braces may be anything.
bool fits(const Route& route, std::span<const std::string> segments) {
  const auto parts = split(route.path, '/');
  return std::ranges::equal(parts, segments, [](const auto& part, const auto& segment) {
    return part == "{action}" ? is_action(segment) : part.starts_with('{') || part == segment;
  });
}

Result<> take_path(ApiRequest& request, const Route& route, std::span<const std::string> segments) {
  const auto parts = split(route.path, '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == "{experiment}") {
      LUTHIER_TAKE(request.experiment, directory_of(request.results, segments[i]));
    } else if (parts[i] == "{trial}") {
      LUTHIER_TAKE(request.trial, trial_of_text(segments[i]));
    } else if (parts[i] == "{action}") {
      request.action = segments[i];
    }
  }
  return {};
}

Result<> check_parameters(const RequestTarget& target, const Route& route) {
  const auto known =
      route.parameters.empty() ? std::vector<std::string>() : split(route.parameters, ' ');
  for (const auto& [name, value] : target.query) {
    if (std::ranges::find(known, name) == known.end()) {
      return Error{ErrorCode::invalid_argument, unknown_name("parameter", to_utf8(name), known)};
    }
  }
  return {};
}

ApiAnswer follow(ApiRequest& request, const Route& route, std::span<const std::string> segments) {
  LUTHIER_TRY(check_parameters(request.target, route));
  LUTHIER_TRY(take_path(request, route, segments));
  return route.answer(request);
}

}  // namespace

std::string ApiRequest::text(std::string_view name) const {
  const std::string* value = target.find(name);
  return value == nullptr ? "" : *value;
}

Result<std::int64_t> ApiRequest::number(std::string_view name,
                                        std::int64_t otherwise,
                                        std::int64_t least,
                                        std::int64_t most) const {
  const std::string* value = target.find(name);
  const auto number = value == nullptr ? std::optional(otherwise) : parse_integer(*value);
  if (!number || *number < least || *number > most) {
    return failure(ErrorCode::invalid_argument,
                   "{} is '{}'; it must be a whole number from {} to {}",
                   name,
                   to_utf8(*value),
                   least,
                   most);
  }
  return *number;
}

std::vector<std::string> ApiRequest::list(std::string_view name) const {
  const std::string all = text(name);
  return all.empty() ? std::vector<std::string>() : split(all, ',');
}

Result<std::filesystem::path> directory_of(const std::filesystem::path& results,
                                           const std::string& name) {
  const ContainedFiles files(results);
  if (!files.open_directory(name) || !files.status(std::filesystem::path(name) / "experiment.db")) {
    return failure(ErrorCode::not_found,
                   "there is no experiment '{}'; /api/v1/experiments lists what there is",
                   to_utf8(name));
  }
  return results / name;
}

HttpResponse json_response(std::string body) {
  return {.body = std::move(body) + "\n"};
}

ExperimentsApi::ExperimentsApi(std::filesystem::path results, std::string who)
    : results_(std::move(results)), who_(std::move(who)), compared_(kMostCompared) {}

std::vector<ApiRule> api_rules() {
  std::vector<ApiRule> rules;
  for (const Route& route : kRoutes) {
    rules.push_back({route.method, route.path, needed_for(route)});
  }
  return rules;
}

HttpResponse ExperimentsApi::answer(const HttpRequest& http,
                                    const RequestTarget& target,
                                    const Visitor& visitor) {
  if (target.segments.size() < 2 || target.segments[1] != "v1") {
    return refusal(404, "the API is below /api/v1; docs/openapi.yaml describes it");
  }
  const auto segments = std::span(target.segments).subspan(2);
  const std::string_view method = http.method == "HEAD" ? "GET" : std::string_view(http.method);
  std::string allowed;
  for (const Route& route : kRoutes) {
    if (!fits(route, segments)) {
      continue;
    }
    if (route.method == method && !may(visitor.role, needed_for(route))) {
      return refusal(403,
                     "whoever came with a viewer's token may read only; operators may do this");
    }
    if (route.method == method) {
      ApiRequest request{
          .http = http,
          .target = target,
          .results = results_,
          .who = visitor.serves ? who_ : formatted("an operator of {}'s dashboard", who_),
          .role = visitor.role,
          .folds = folds_,
          .pictures = pictures_,
          .compared = compared_};
      auto answered = follow(request, route, segments);
      return answered ? *std::move(answered) : refusal(answered.error());
    }
    allowed = route.method;
  }
  if (allowed.empty()) {
    return refusal(404, "there is nothing of that name in the API; docs/openapi.yaml describes it");
  }
  HttpResponse response = refusal(405, formatted("this can be asked with {} only", allowed));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

ApiAnswer answer_session(const ApiRequest& request) {
  std::string out;
  JsonWriter(out)
      .object()
      .field("schema", 1)
      .field("role", to_text(request.role))
      .field("results_option", results_option(request.results))
      .end();
  return json_response(std::move(out));
}

namespace {

// What is behind a link has no path of the API.
void write_elsewhere(JsonWriter& json, const std::filesystem::path& link) {
  json.object()
      .field("id", std::optional<std::string>())
      .field("schema", 1)
      .field("experiment", link.filename().string())
      .field("state", "unreadable")
      .field("problem",
             "this is a link, and links are not followed here; serve the directory that it leads "
             "to with --results")
      .field("directory", link.string())
      .end();
}

}  // namespace

ApiAnswer answer_experiments(const ApiRequest& request) {
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", 1).key("experiments").list();
  for (const ListedExperiment& listed : experiments_of(request.results)) {
    // The path names an experiment by its directory, which may have been renamed.
    const std::string name = listed.directory.filename().string();
    if (directory_of(request.results, name)) {
      json.object().field("id", name).members_of(listed_json(listed)).end();
    } else {
      write_elsewhere(json, listed.directory);
    }
  }
  json.end().end();
  return json_response(std::move(out));
}

ApiAnswer answer_experiment(const ApiRequest& request) {
  LUTHIER_TAKE(const auto overview, read_overview(request.experiment));
  std::string out;
  JsonWriter json(out);
  json.object()
      .field("id", request.experiment.filename().string())
      .field("sequence", overview.status.sequence);
  json.list_of("objectives", overview.spec.objectives, [&](const Objective& each) {
    json.object().field("metric", each.metric).field("mode", each.mode).end();
  });
  json.members_of(overview_json(overview)).end();
  return json_response(std::move(out));
}

}  // namespace luthier

// What a person asks of an experiment from elsewhere: what the commands of the same names ask.
#include <algorithm>
#include <cmath>

#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json.h"
#include "core/json_writer.h"
#include "core/log/log_words.h"
#include "core/space/shared_space.h"
#include "core/space/typed_config.h"
#include "core/value_text.h"
#include "service/http/api_request.h"
#include "service/http/request_body.h"
#include "tuner/assembly.h"
#include "tuner/stored/status.h"

namespace luthier {
namespace {

Result<double> amount_of(const Json& body, std::string_view name) {
  const Json* member = body.find(name);
  const auto amount = member == nullptr ? std::optional(0.0) : member->value.number();
  if (!amount || !std::isfinite(*amount) || *amount < 0 ||
      (member != nullptr && member->value.boolean() != nullptr)) {
    return failure(ErrorCode::invalid_argument, "{} must be a number and not negative", name);
  }
  return *amount;
}

ApiAnswer ask(const ApiRequest& request, const Json& body, ControlRequest asked) {
  LUTHIER_TAKE(asked.id, id_of(body));
  asked.who = request.who;
  if (names_trial(request)) {
    asked.trial = request.trial;
  }
  LUTHIER_TAKE(const auto answer, luthier::request(request.experiment, asked));
  return json_response(to_json(asked.request, answer));
}

Result<SharedSpace> space_of(const ApiRequest& request) {
  LUTHIER_TAKE(const auto spec, read_spec(request.experiment));
  return compile_shared(spec.space);
}

// The sentences, and which parameter each is about.
HttpResponse refused(const TypedConfig& typed) {
  HttpResponse response = refusal(typed.check().error());
  std::string out;
  JsonWriter json(out);
  json.object().field("error", typed.check().error().message).field("status", response.status);
  json.list_of("problems", typed.problems, [&](const TypedConfig::Problem& problem) {
    json.object()
        .field("parameter",
               problem.parameter.empty() ? std::nullopt : std::optional(problem.parameter))
        .field("sentence", problem.sentence)
        .end();
  });
  json.end();
  response.body = out + "\n";
  return response;
}

// A value as a person types it: texts as they are, others as JSON.
Result<std::vector<std::pair<std::string, std::string>>> typed_in(const Json& body) {
  std::vector<std::pair<std::string, std::string>> typed;
  const Json* config = body.find("config");
  if (config == nullptr || config->kind != Json::Kind::object) {
    return Error{ErrorCode::invalid_argument,
                 "config must be an object of parameters, such as {\"lr\": 0.1}"};
  }
  for (const auto& [name, member] : config->members) {
    const auto value = member.to_value();
    if (!value) {
      return failure(ErrorCode::invalid_argument, "the value of '{}' is an object", to_utf8(name));
    }
    typed.emplace_back(name, value->text() ? *value->text() : value_text(*value));
  }
  return typed;
}

bool is_typed(const Parameter& parameter) {
  return parameter.domain.kind != DomainKind::constant &&
         parameter.domain.kind != DomainKind::expression;
}

std::vector<std::string> choices_of(const Domain& domain) {
  std::vector<std::string> choices;
  if (domain.kind == DomainKind::flag) {
    return {"true", "false"};
  }
  for (const Value& value : domain.values) {
    choices.push_back(value_text(value));
  }
  return choices;
}

}  // namespace

ApiAnswer answer_control(const ApiRequest& request) {
  LUTHIER_TAKE(const auto body, body_of(request, {}));
  return ask(request, body, {.request = *parse_request(request.action)});
}

ApiAnswer answer_retry(const ApiRequest& request) {
  LUTHIER_TAKE(const auto body, body_of(request, {}));
  return ask(request, body, {.request = RequestKind::retry});
}

ApiAnswer answer_extend(const ApiRequest& request) {
  LUTHIER_TAKE(const auto body, body_of(request, {"samples", "time_s"}));
  LUTHIER_TAKE(const auto samples, amount_of(body, "samples"));
  LUTHIER_TAKE(const auto time_s, amount_of(body, "time_s"));
  constexpr double kMost = 1e15;
  if (samples != std::trunc(samples) || samples > kMost) {
    return Error{ErrorCode::invalid_argument, "samples must be a whole number"};
  }
  return ask(request,
             body,
             {.request = RequestKind::extend,
              .more_samples = static_cast<std::int64_t>(samples),
              .more_time_s = time_s});
}

ApiAnswer answer_enqueue(const ApiRequest& request) {
  LUTHIER_TAKE(const auto body, body_of(request, {"config"}));
  LUTHIER_TAKE(const auto texts, typed_in(body));
  LUTHIER_TAKE(const auto space, space_of(request));
  const auto typed = read_typed(*space, texts);
  if (!typed.problems.empty()) {
    return refused(typed);
  }
  return ask(request, body, {.request = RequestKind::enqueue, .config = typed.config});
}

ApiAnswer answer_space(const ApiRequest& request) {
  LUTHIER_TAKE(const auto space, space_of(request));
  std::string out;
  JsonWriter json(out);
  json.object().field("schema", 1);
  json.list_of("parameters", space->parameters(), [&](const Parameter& parameter) {
    json.object()
        .field("name", parameter.name)
        .field("distribution", to_text(parameter.domain))
        .field("condition", parameter.condition)
        .field("typed", is_typed(parameter))
        .field("choices", choices_of(parameter.domain))
        .end();
  });
  json.field("constraints", space->declaration().constraints()).end();
  return json_response(std::move(out));
}

}  // namespace luthier

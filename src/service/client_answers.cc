#include "service/client_answers.h"

#include <utility>

#include "base/format.h"
#include "base/try.h"
#include "service/client_message.h"

namespace luthier {
namespace {

Error wrong(const std::string& what) {
  return {ErrorCode::invalid_argument, what};
}

Result<std::string> text_in(const Json& answer, std::string_view name, const char* otherwise) {
  const Json* found = answer.find(name);
  if (found == nullptr || (found->kind == Json::Kind::scalar && found->value.is_null())) {
    return std::string(otherwise);
  }
  const auto* text = found->value.text();
  return text != nullptr ? Result<std::string>(*text) : wrong(formatted("'{}' must be text", name));
}

Result<bool> flag_in(const Json& answer, std::string_view name, bool otherwise) {
  const Json* found = answer.find(name);
  if (found == nullptr) {
    return otherwise;
  }
  const bool* flag = found->value.boolean();
  return flag != nullptr ? Result<bool>(*flag)
                         : wrong(formatted("'{}' must be true or false", name));
}

Result<Numbers> numbers_in(const Json& answer) {
  const Json* found = answer.find("numbers");
  if (found == nullptr) {
    return Numbers();
  }
  if (found->kind != Json::Kind::object) {
    return wrong("'numbers' must be an object of numbers");
  }
  Numbers numbers;
  for (const auto& [name, content] : found->members) {
    const auto number = content.value.number();
    if (!number) {
      return wrong(formatted("the number '{}' is none", name));
    }
    numbers.emplace_back(name, *number);
  }
  return numbers;
}

Result<std::int64_t> integer_of(const Json& json, const char* name) {
  const auto number = json.value.integer();
  return number && json.value.boolean() == nullptr
             ? Result<std::int64_t>(*number)
             : wrong(formatted("'{}' must be an integer", name));
}

}  // namespace

Result<Suggestion> read_suggestion(const Json& answer) {
  if (const Json* config = answer.find("config")) {
    LUTHIER_TAKE(auto values, read_values(*config, "config"));
    LUTHIER_TAKE(auto reason, text_in(answer, "reason", ""));
    return Suggestion(Proposal{std::move(values), std::move(reason)});
  }
  if (answer.find("exhausted") != nullptr) {
    LUTHIER_TAKE(auto reason, text_in(answer, "exhausted", "the searcher has no more suggestions"));
    return Suggestion(Exhausted{std::move(reason)});
  }
  LUTHIER_TAKE(const bool waits, flag_in(answer, "wait", false));
  return waits ? Result<Suggestion>(Wait{})
               : wrong(
                     "a suggestion is {\"config\": {...}}, {\"wait\": true} or {\"exhausted\": "
                     "\"why\"}");
}

Result<Decision> read_decision(const Json& answer) {
  const Json* word = answer.find("decision");
  const auto* text = word != nullptr ? word->value.text() : nullptr;
  const auto kind = text != nullptr ? parse_decision_kind(*text) : std::nullopt;
  if (!kind) {
    return wrong("a decision is {\"decision\": \"continue\"}, or checkpoint, pause or stop");
  }
  LUTHIER_TAKE(auto reason, text_in(answer, "reason", "no reason was given"));
  LUTHIER_TAKE(auto numbers, numbers_in(answer));
  LUTHIER_TAKE(const bool save, flag_in(answer, "save", true));
  LUTHIER_TAKE(const bool completes, flag_in(answer, "completes", false));
  return Decision{*kind, std::move(reason), std::move(numbers), save, completes};
}

Result<std::optional<Choice>> read_choice(const Json& answer) {
  if (answer.kind == Json::Kind::scalar && answer.value.is_null()) {
    return std::optional<Choice>();
  }
  const Json* trial = answer.find("trial");
  if (trial == nullptr) {
    return wrong("a choice is null or {\"trial\": N}");
  }
  Choice choice;
  LUTHIER_TAKE(choice.trial.value, integer_of(*trial, "trial"));
  LUTHIER_TAKE(const bool stops, flag_in(answer, "stop", false));
  choice.kind = stops ? ChoiceKind::stop : ChoiceKind::run;
  if (const Json* config = answer.find("config")) {
    LUTHIER_TAKE(choice.config, read_values(*config, "config"));
  }
  if (const Json* checkpoint = answer.find("checkpoint")) {
    LUTHIER_TAKE(const auto number, integer_of(*checkpoint, "checkpoint"));
    choice.checkpoint = CheckpointId{number};
  }
  LUTHIER_TAKE(choice.reason, text_in(answer, "reason", "no reason was given"));
  LUTHIER_TAKE(choice.numbers, numbers_in(answer));
  LUTHIER_TAKE(choice.completes, flag_in(answer, "completes", false));
  return std::optional<Choice>(std::move(choice));
}

Result<bool> read_verdict(const Json& answer) {
  const bool* stops = answer.value.boolean();
  return stops != nullptr ? Result<bool>(*stops) : wrong("a verdict is true or false");
}

}  // namespace luthier

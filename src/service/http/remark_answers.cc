// Notes and tags, as the commands of the same names write them.
#include "base/failure.h"
#include "base/text.h"
#include "base/try.h"
#include "core/json_writer.h"
#include "service/http/request_body.h"
#include "tuner/stored/remarks.h"

namespace luthier {
namespace {

// The trial that the path names, if it is there; -1: it names none.
Result<TrialId> remarked(const ApiRequest& request) {
  if (!names_trial(request)) {
    return TrialId{-1};
  }
  LUTHIER_TRY(request.folds.look_at_trials(request.experiment, [&](TrialTable& table) {
    return request.trial.value < table.count()
               ? Result<>()
               : failure(ErrorCode::not_found,
                         "there is no trial {}; the experiment has {}",
                         request.trial.value,
                         counted(table.count(), "trial"));
  }));
  return request.trial;
}

ApiAnswer change(const ApiRequest& request, RemarkChange change) {
  LUTHIER_TAKE(change.trial, remarked(request));
  change.by = request.who;
  LUTHIER_TAKE(const auto answer, change_remarks(request.experiment, change));
  std::string out;
  JsonWriter(out)
      .object()
      .field("schema", 1)
      .field("trial", change.trial.value < 0 ? std::nullopt : std::optional(change.trial.value))
      .field("answer", answer.sentence)
      .raw_field("remarks", to_json(answer.remarks))
      .end();
  return json_response(std::move(out));
}

Result<std::vector<std::string>> texts_of(const Json& body, std::string_view name) {
  std::vector<std::string> texts;
  const Json* member = body.find(name);
  for (std::size_t i = 0; member != nullptr && i < member->items.size(); ++i) {
    if (const std::string* text = member->items[i].value.text()) {
      texts.push_back(*text);
    }
  }
  if (member != nullptr &&
      (member->kind != Json::Kind::list || texts.size() != member->items.size())) {
    return failure(ErrorCode::invalid_argument, "{} must be a list of texts", name);
  }
  return texts;
}

}  // namespace

ApiAnswer answer_note(const ApiRequest& request) {
  LUTHIER_TAKE(const auto body, body_of(request, {"text", "revision"}));
  LUTHIER_TRY(id_of(body));
  const Json* text = body.find("text");
  if (text == nullptr || text->value.text() == nullptr) {
    return Error{ErrorCode::invalid_argument, "text must be a text, the whole note"};
  }
  RemarkChange asked{.note = *text->value.text()};
  if (const Json* revision = body.find("revision")) {
    asked.revision = revision->value.integer();
    if (!asked.revision) {
      return Error{ErrorCode::invalid_argument,
                   "revision must be a whole number, that of the note which this replaces"};
    }
  }
  return change(request, std::move(asked));
}

ApiAnswer answer_tag(const ApiRequest& request) {
  LUTHIER_TAKE(const auto body, body_of(request, {"add", "remove"}));
  LUTHIER_TRY(id_of(body));
  RemarkChange asked;
  LUTHIER_TAKE(asked.add, texts_of(body, "add"));
  LUTHIER_TAKE(asked.remove, texts_of(body, "remove"));
  return change(request, std::move(asked));
}

}  // namespace luthier

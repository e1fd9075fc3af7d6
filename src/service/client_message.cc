#include "service/client_message.h"

#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "core/json_writer.h"

namespace luthier {
namespace {

Error wrong(std::string_view name, std::string_view what) {
  return {ErrorCode::invalid_argument, formatted("'{}' {}", name, what)};
}

template <class T>
Result<T> missing_or(const Result<T>& found, const Json* there, T value) {
  return there == nullptr ? Result<T>(std::move(value)) : found;
}

Result<> flatten(const Json& json, const std::string& prefix, NamedValues& out) {
  for (const auto& [key, content] : json.members) {
    if (content.kind == Json::Kind::object) {
      if (auto inner = flatten(content, formatted("{}{}/", prefix, key), out); !inner) {
        return inner;
      }
      continue;
    }
    auto value = content.to_value();
    if (!value) {
      return wrong(prefix + key, "is a list with an object in it; give values, or lists of them");
    }
    const auto* word = value->text();
    const auto special = word != nullptr ? special_number(*word) : std::nullopt;
    out.set(prefix + key, special ? Value(*special) : *std::move(value));
  }
  return {};
}

void write(JsonWriter& out, const Json& json) {
  if (json.kind == Json::Kind::scalar) {
    out.value(json.value);
  } else if (json.kind == Json::Kind::list) {
    out.list();
    for (const Json& item : json.items) {
      write(out, item);
    }
    out.end();
  } else {
    out.object();
    for (const auto& [key, content] : json.members) {
      write(out.key(key), content);
    }
    out.end();
  }
}

}  // namespace

Result<> parse_client_request(std::string_view line, ClientRequest& request) {
  auto parsed = parse_json(line, {.special_numbers = true});
  if (!parsed) {
    return Error{ErrorCode::invalid_argument, "not a line of JSON: " + parsed.error().message};
  }
  request.body = *std::move(parsed);
  if (request.body.kind != Json::Kind::object) {
    return Error{ErrorCode::invalid_argument,
                 "a request is a JSON object, as in {\"id\": 1, \"do\": \"ask\"}"};
  }
  if (const Json* id = request.find("id")) {
    if (id->kind != Json::Kind::scalar) {
      return wrong("id", "must be a number or text");
    }
    request.id = to_json(id->value);
  }
  if (request.is_answer()) {
    return {};
  }
  auto word = request.text("do");
  if (!word) {
    return word.error();
  }
  request.word = *std::move(word);
  return {};
}

Result<std::int64_t> ClientRequest::integer(std::string_view name) const {
  const Json* found = find(name);
  const auto value = found != nullptr ? found->value.integer() : std::nullopt;
  return value && found->value.boolean() == nullptr ? Result<std::int64_t>(*value)
                                                    : wrong(name, "must be an integer");
}
Result<std::int64_t> ClientRequest::integer_or(std::string_view name, std::int64_t value) const {
  return missing_or(integer(name), find(name), value);
}

Result<std::string> ClientRequest::text(std::string_view name) const {
  const Json* found = find(name);
  const auto* value = found != nullptr ? found->value.text() : nullptr;
  return value != nullptr ? Result<std::string>(*value) : wrong(name, "must be text");
}
Result<std::string> ClientRequest::text_or(std::string_view name, std::string value) const {
  return missing_or(text(name), find(name), std::move(value));
}

Result<bool> ClientRequest::flag_or(std::string_view name, bool value) const {
  const Json* found = find(name);
  if (found == nullptr) {
    return value;
  }
  const bool* flag = found->value.boolean();
  return flag != nullptr ? Result<bool>(*flag) : wrong(name, "must be true or false");
}

Result<NamedValues> ClientRequest::values(std::string_view name) const {
  const Json* found = find(name);
  return found != nullptr ? read_values(*found, name) : wrong(name, "must be an object of values");
}

Result<NamedValues> read_values(const Json& json, std::string_view name) {
  if (json.kind != Json::Kind::object) {
    return wrong(name, "must be an object of values");
  }
  NamedValues values;
  const auto read = flatten(json, {}, values);
  return read ? Result<NamedValues>(std::move(values)) : read.error();
}

std::string_view error_word(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::corruption:
      return "corruption";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::io:
      break;
  }
  return "io";
}

std::string format_answer(const ClientRequest& request, std::string_view result) {
  std::string out;
  JsonWriter(out).object().raw_field("id", request.id).raw_field("result", result).end();
  return out;
}

std::string format_answer(const ClientRequest& request, const Error& error) {
  std::string out;
  JsonWriter(out)
      .object()
      .raw_field("id", request.id)
      .key("error")
      .object()
      .field("code", error_word(error.code))
      .field("message", error.message)
      .end()
      .end();
  return out;
}

std::string format_outcome(const ClientRequest& request, const Result<std::string>& answer) {
  return answer ? format_answer(request, *answer) : format_answer(request, answer.error());
}

std::string to_json(const Json& json) {
  std::string out;
  JsonWriter writer(out);
  write(writer, json);
  return out;
}

}  // namespace luthier

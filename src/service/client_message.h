// The messages of the client protocol (docs/client_protocol.md): one JSON object a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/json.h"
#include "luthier/error.h"
#include "luthier/value.h"

namespace luthier {

inline constexpr std::int64_t kClientProtocol = 1;

// What a client asks. The readers of arguments name the argument in their errors.
struct ClientRequest {
  std::string id = "null";  // as JSON, for the answer
  std::string word;         // "ask", "tell"; empty: an answer
  Json body;

  const Json* find(std::string_view name) const { return body.find(name); }
  bool is_answer() const { return find("answer") != nullptr; }  // to a question of the engine
  Result<std::int64_t> integer(std::string_view name) const;
  Result<std::int64_t> integer_or(std::string_view name, std::int64_t value) const;
  Result<std::string> text(std::string_view name) const;
  Result<std::string> text_or(std::string_view name, std::string value) const;
  Result<bool> flag_or(std::string_view name, bool value) const;
  Result<NamedValues> values(std::string_view name) const;
};

// On an error `request` still has the id, if the line has one.
Result<> parse_client_request(std::string_view line, ClientRequest& request);

std::string format_answer(const ClientRequest& request, std::string_view result);
std::string format_answer(const ClientRequest& request, const Error& error);
std::string format_outcome(const ClientRequest& request, const Result<std::string>& answer);
std::string_view error_word(ErrorCode code);  // "invalid_argument"

// An object as values; nested ones are flattened: {"a": {"b": 1}} is {"a/b": 1}.
Result<NamedValues> read_values(const Json& json, std::string_view name);
std::string to_json(const Json& json);

}  // namespace luthier

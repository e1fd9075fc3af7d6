// A request as it was read from a socket, and a response before it is written to one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "luthier/error.h"
#include "luthier/trial.h"

namespace luthier {

struct HttpRequest {
  std::string method = {};
  std::string target = {};                                        // as it was sent
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
  std::string body = {};
  bool keep_alive = true;

  // The value of a header that stands there once; null where it is absent or repeated.
  const std::string* header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

// A stream of server-sent events that goes on after the response.
struct LiveStream {
  std::filesystem::path experiment;
  Sequence after = 0;    // the event that the client was sent last
  bool running = false;  // what it was told last: whether a controller holds the experiment
};

struct HttpResponse {
  int status = 200;
  std::string type = "application/json; charset=utf-8";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::optional<LiveStream> live = {};
};

// {"error": "...", "status": 404}, a sentence that names the thing and the remedy.
HttpResponse refusal(int status, std::string_view sentence);
// The status that an error of the experiments' readers has.
HttpResponse refusal(const Error& error);

// The bytes to send: status line, headers (those of every response with them), body.
// `closing`: the connection ends after it. `head`: without the body.
std::string to_bytes(const HttpResponse& response, bool closing, bool head);

}  // namespace luthier

// Lines of the client protocol: any bytes are a request or an error, and the answer is one line of
// JSON.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "input.h"
#include "service/client_answers.h"
#include "service/client_message.h"
#include "service/client_start.h"

// As an answer to each question.
static void read_answer(const luthier::ClientRequest& request) {
  using namespace luthier;
  const Json* const result = request.find("result");
  const Json& answer = result != nullptr ? *result : request.body;
  static_cast<void>(read_suggestion(answer));
  static_cast<void>(read_verdict(answer));
  const auto decision = read_decision(answer);
  LUTHIER_CHECK(!decision || !decision->reason.empty() || answer.find("reason") != nullptr,
                "a decision without a reason");
  static_cast<void>(read_choice(answer));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  ClientRequest request;
  const auto parsed = parse_client_request(Input(data, size).rest(), request);
  const std::string answer = parsed ? format_answer(request, to_json(request.body))
                                    : format_answer(request, parsed.error());
  LUTHIER_CHECK(answer.find('\n') == std::string::npos, answer.c_str());
  LUTHIER_CHECK(parse_json(answer).ok(), answer.c_str());
  if (parsed) {
    static_cast<void>(read_client_start(request));
    static_cast<void>(request.values("metrics"));
    static_cast<void>(request.integer("trial"));
    static_cast<void>(request.flag_or("complete", false));
    read_answer(request);
  }
  return 0;
}

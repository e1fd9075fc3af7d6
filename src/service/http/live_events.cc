#include "service/http/live_events.h"

#include "base/failure.h"
#include "base/format.h"
#include "base/text.h"
#include "base/try.h"
#include "service/http/api_request.h"
#include "store/sqlite/event_reader.h"
#include "tuner/assembly.h"

namespace luthier {
namespace {

constexpr std::size_t kMostBytes = 64 << 10;

std::string state_event(bool running) {
  return formatted("event: state\ndata: {{\"running\": {}}}\n\n", running ? "true" : "false");
}

// What has no line ends, as to_json() has none.
std::string log_event(const Event& event) {
  return formatted("id: {}\nevent: log\ndata: {}\n\n", event.sequence, to_json(event));
}

Result<Sequence> last_sequence(const std::filesystem::path& directory) {
  LUTHIER_TAKE(const auto reader, open_for_reading(directory));
  return reader->last_sequence();
}

// The event that the client has seen last: as it says, or as its browser does when it comes back.
Result<Sequence> seen(const ApiRequest& request, Sequence last) {
  const std::string* back = request.http.header("last-event-id");
  const std::string text = back != nullptr ? *back : request.text("after");
  const auto number = text.empty() ? std::optional(last) : parse_integer(text);
  if (!number || *number < 0) {
    return failure(ErrorCode::invalid_argument,
                   "'{}' is no place in the log; it is the sequence of an event, or 0",
                   to_utf8(text));
  }
  return std::min(*number, last);  // of a log that was replaced meanwhile
}

}  // namespace

ApiAnswer answer_events(const ApiRequest& request) {
  LUTHIER_TAKE(const auto last, last_sequence(request.experiment));
  LUTHIER_TAKE(const auto after, seen(request, last));
  const bool running = is_running(request.experiment);
  return HttpResponse{
      .type = "text/event-stream; charset=utf-8",
      .body = formatted("retry: 1000\n"
                        "id: {}\n"
                        "event: ready\n"
                        "data: {{\"sequence\": {}}}\n"
                        "\n",
                        after,
                        after) +
              state_event(running),
      .live = LiveStream{.experiment = request.experiment, .after = after, .running = running}};
}

LiveNews live_news(const LiveStream& stream) {
  LiveNews news{.after = stream.after, .running = is_running(stream.experiment)};
  const auto last = reader_of(stream.experiment)->last_sequence();
  if (last && *last > stream.after) {
    const auto read = read_events(stream.experiment, stream.after + 1, [&](const Event& event) {
      news.bytes += log_event(event);
      news.after = event.sequence;
      return news.bytes.size() < kMostBytes;
    });
    static_cast<void>(read);  // what was not read is tried again
  }
  if (!last && last.error().code == ErrorCode::not_found) {
    news.bytes +=
        formatted("event: gone\ndata: {{\"error\": {}}}\n\n", json_string(last.error().message));
    news.over = true;
  }
  if (news.running != stream.running) {
    news.bytes += state_event(news.running);
  }
  return news;
}

}  // namespace luthier

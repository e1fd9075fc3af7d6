#include "executors/programs/worker_messages.h"

#include "base/failure.h"
#include "base/terminal_text.h"
#include "base/text.h"
#include "core/json_writer.h"
#include "executors/programs/output_log.h"
#include "executors/results/lines/record_reader.h"

namespace luthier {

Result<WorkerMessage> parse_worker_message(std::string_view line) {
  std::size_t used = 0;
  auto record = read_record(line, &used);
  if (!record || !trim(line.substr(used)).empty()) {
    return failure(ErrorCode::invalid_argument,
                   "wrote a line to its report descriptor that is not one JSON object: '{}'",
                   printable(line.substr(0, 100)));
  }
  const Value* checkpoint = record->find("checkpoint");
  if (record->size() == 1 && checkpoint != nullptr && *checkpoint == Value(true)) {
    return WorkerMessage{.checkpoint = true};
  }
  if (record->empty()) {
    return Error{ErrorCode::invalid_argument,
                 "reported an empty result; report at least one metric"};
  }
  return WorkerMessage{.metrics = *std::move(record)};
}

std::string format_worker_reply(DecisionKind decision,
                                std::int64_t iteration,
                                const std::filesystem::path& directory) {
  std::string out;
  JsonWriter json(out);
  json.object().field("decision", decision).field("iteration", iteration);
  if (!directory.empty()) {
    json.field("directory", directory.string());
  }
  json.end();
  return out + "\n";
}

}  // namespace luthier

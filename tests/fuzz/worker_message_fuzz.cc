// Lines on the report descriptor, and the records they hold: any bytes are a message or an error.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "executors/programs/worker_messages.h"
#include "executors/results/lines/record_reader.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  const std::string_view line = Input(data, size).rest();
  const auto message = parse_worker_message(line);
  LUTHIER_CHECK(!message || message->checkpoint || !message->metrics.empty(), "an empty result");
  std::size_t used = 0;
  const auto record = read_record(line, &used, true);
  LUTHIER_CHECK(!record || used <= line.size(), "more was read than there is");
  static_cast<void>(read_number(line));
  return 0;
}

// What programs print. The first line names the metric, the second is a --metric-regex or empty,
// the third an Understanding or empty; then output, where a byte 1 changes the stream. Whether
// lines come whole or in pieces, and are known again or taken apart, the same is heard.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/check.h"
#include "executors/results/hearing.h"
#include "input.h"

namespace luthier {
namespace {

struct Listening {
  HearingOptions options;
  std::optional<Understanding> understanding;
  std::string_view output;
};

void write(Hearing& hearing, OutputStream stream, std::string_view bytes, std::size_t piece) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    hearing.write(stream, bytes.substr(0, piece));
  }
}

std::string heard(const Listening& listening, Reading reading, std::size_t piece) {
  Hearing hearing(listening.options, listening.understanding, reading);
  Input output(reinterpret_cast<const std::uint8_t*>(listening.output.data()),
               listening.output.size());
  OutputStream stream = OutputStream::output;
  while (!output.empty()) {
    write(hearing, stream, output.up_to('\1'), piece);
    stream = stream == OutputStream::output ? OutputStream::error : OutputStream::output;
  }
  hearing.finish(OutputStream::output);
  hearing.finish(OutputStream::error);
  hearing.finish();
  std::string said;
  for (const Metrics& metrics : hearing.take()) {
    said += to_json(metrics) + "\n";
  }
  if (const auto& understanding = hearing.understanding()) {
    said += understanding->text() + "\n";
    LUTHIER_CHECK(Understanding::parse(understanding->text()).ok(), understanding->text().c_str());
    static_cast<void>(understanding->in_words());
  }
  for (const auto& seen : hearing.diagnosis().seen) {
    said += seen.name + " " + std::to_string(seen.times) + " " + seen.line + "\n";
  }
  return said;
}

}  // namespace
}  // namespace luthier

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  Input input(data, size);
  Listening listening;
  listening.options.wanted = {{.name = std::string(input.up_to('\n')), .objective = true},
                              {.name = "epoch"}};
  listening.options.regex = input.up_to('\n');
  if (listening.options.wanted.front().name.empty() || !check_hearing(listening.options)) {
    return 0;
  }
  if (auto understanding = Understanding::parse(input.up_to('\n'))) {
    listening.understanding = *std::move(understanding);
  }
  listening.output = input.rest();
  const std::string thorough = heard(listening, Reading::thorough, 1 << 16);
  LUTHIER_CHECK(heard(listening, Reading::quick, 1 << 16) == thorough, thorough.c_str());
  LUTHIER_CHECK(heard(listening, Reading::quick, 7) == thorough, thorough.c_str());
  return 0;
}

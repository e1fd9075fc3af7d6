// Files in which programs keep their metrics; the first byte says which format. Read in pieces they
// hold the same records as read at once.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "executors/results/files/record_formats.h"
#include "input.h"

namespace luthier {
namespace {

constexpr std::array kNames = {
    "results.csv", "metrics.jsonl", "train/events.out.tfevents.1", "mlruns/0/metrics/loss"};

std::string records(const char* name, std::string_view bytes, std::size_t piece) {
  const auto format = make_record_format(name);
  LUTHIER_CHECK(format != nullptr, name);
  std::vector<Metrics> found;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    format->take(bytes.substr(0, piece), found);
  }
  format->finish(found);
  std::string text;
  for (const Metrics& record : found) {
    text += to_json(record) + "\n";
  }
  return text;
}

}  // namespace
}  // namespace luthier

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace luthier;
  Input input(data, size);
  const std::size_t format = input.byte() % (kNames.size() + 1);
  const std::string_view bytes = input.rest();
  if (format == kNames.size()) {
    static_cast<void>(records_of_json(bytes));
    return 0;
  }
  const std::string whole = records(kNames[format], bytes, bytes.size() + 1);
  LUTHIER_CHECK(records(kNames[format], bytes, 7) == whole, whole.c_str());
  return 0;
}

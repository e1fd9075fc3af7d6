// Stored events: any bytes decode to an event or to an error, and what decodes encodes to bytes
// that decode to the same event.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "core/log/event_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  luthier::EventBody body;
  if (!luthier::decode({reinterpret_cast<const char*>(data), size}, body)) {
    return 0;
  }
  std::string bytes;
  LUTHIER_CHECK(luthier::encode(body, bytes).ok(), "a decoded event does not encode");
  luthier::EventBody again;
  LUTHIER_CHECK(luthier::decode(bytes, again).ok(), "an encoded event does not decode");
  std::string bytes_again;
  LUTHIER_CHECK(luthier::encode(again, bytes_again).ok(), "a decoded event does not encode");
  LUTHIER_CHECK(bytes == bytes_again, "an event changed on its way");
  return 0;
}

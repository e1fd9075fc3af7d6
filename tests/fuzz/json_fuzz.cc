// JSON from files, programs and other machines: any bytes are a document or an error, and an
// object of values is written and read back without a change.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "core/json.h"
#include "input.h"

namespace luthier {
namespace {

void visit(const Json& json) {
  static_cast<void>(json.to_value());
  for (const Json& item : json.items) {
    visit(item);
  }
  for (const auto& [key, member] : json.members) {
    LUTHIER_CHECK(json.find(key) != nullptr, key.c_str());
    visit(member);
  }
}

void check(std::string_view text, JsonOptions options) {
  if (const auto document = parse_json(text, options)) {
    visit(*document);
  }
  const auto values = parse_json_object(text, options);
  if (!values) {
    return;
  }
  const std::string written = to_json(*values);
  const auto again = parse_json_object(written, {.special_numbers = true});
  LUTHIER_CHECK(again.ok(), written.c_str());
  LUTHIER_CHECK(to_json(*again) == written, written.c_str());
}

}  // namespace
}  // namespace luthier

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = luthier::Input(data, size).rest();
  luthier::check(text, {});
  luthier::check(text, {.special_numbers = true});
  return 0;
}

// TensorBoard event files as bytes: record framing (length and data, each with a masked CRC-32C)
// and the few protocol buffer messages that scalars and the HParams plugin need, written by hand.
// Field numbers are those of event.proto, summary.proto and
// plugins/hparams/{api,plugin_data}.proto.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "luthier/trial.h"
#include "luthier/value.h"

namespace luthier {

// Appends fields of one protocol buffer message to a string.
class MessageWriter {
 public:
  explicit MessageWriter(std::string& out) : out_(out) {}
  void integer(int field, std::uint64_t value);  // varint
  void number(int field, double value);
  void number32(int field, float value);
  void bytes(int field, std::string_view value);  // also strings and messages
  // A string field: bytes that are not UTF-8 become U+FFFD, as every reader demands.
  void text(int field, std::string_view value);

 private:
  void varint(std::uint64_t value);
  void key(int field, int wire_type) { varint(static_cast<std::uint64_t>(field) << 3 | wire_type); }
  void fixed(std::uint64_t bits, int bytes);
  std::string& out_;
};

// The first record of every file.
void append_file_version(std::string& out, TimePoint time);
// One record with every metric that is a number or a boolean, under its name; nothing if none is.
// Values are rounded to float32, the format's only scalar.
void append_scalars(std::string& out, TimePoint time, std::int64_t step, const Metrics& metrics);
// One record of the HParams plugin: `content` is a HParamsPluginData message.
void append_plugin_record(std::string& out,
                          TimePoint time,
                          std::string_view tag,
                          std::string_view content);
// The frame around one Event message.
void append_record(std::string& out, std::string_view event);

}  // namespace luthier

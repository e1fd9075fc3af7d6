#include "loggers/event_records.h"

#include <bit>
#include <cmath>
#include <limits>

#include "base/crc32c.h"
#include "base/text.h"

namespace luthier {
namespace {

constexpr int kVarint = 0;
constexpr int kFixed64 = 1;
constexpr int kLengthDelimited = 2;
constexpr int kFixed32 = 5;

void append_little_endian(std::string& out, std::uint64_t bits, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    out += static_cast<char>(bits >> (8 * i) & 0xFF);
  }
}

std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(0, bytes);
  return std::rotr(crc, 15) + 0xA282EAD8U;
}

// Rounds to nearest; what is beyond the range of float32 becomes infinite (the plain conversion is
// undefined there).
float to_float32(double value) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  if (!(std::abs(value) > static_cast<double>(kLargest))) {
    return static_cast<float>(value);
  }
  // Up to half a unit in the last place above the largest, the largest is the nearest.
  const bool rounds_down = std::abs(value) < static_cast<double>(kLargest) + 0x1p103;
  const float size = rounds_down ? kLargest : std::numeric_limits<float>::infinity();
  return value > 0 ? size : -size;
}

double seconds(TimePoint time) {
  return static_cast<double>(time) / 1e6;
}

void append_event(std::string& out, TimePoint time, std::int64_t step, std::string_view summary) {
  std::string event;
  MessageWriter writer(event);
  writer.number(1, seconds(time));
  if (step != 0) {
    writer.integer(2, static_cast<std::uint64_t>(step));
  }
  writer.bytes(5, summary);
  append_record(out, event);
}

}  // namespace

void MessageWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    out_ += static_cast<char>(value | 0x80);
  }
  out_ += static_cast<char>(value);
}

void MessageWriter::integer(int field, std::uint64_t value) {
  key(field, kVarint);
  varint(value);
}

void MessageWriter::number(int field, double value) {
  key(field, kFixed64);
  append_little_endian(out_, std::bit_cast<std::uint64_t>(value), 8);
}

void MessageWriter::number32(int field, float value) {
  key(field, kFixed32);
  append_little_endian(out_, std::bit_cast<std::uint32_t>(value), 4);
}

void MessageWriter::bytes(int field, std::string_view value) {
  key(field, kLengthDelimited);
  varint(value.size());
  out_ += value;
}

void MessageWriter::text(int field, std::string_view value) {
  bytes(field, to_utf8(value));
}

void append_record(std::string& out, std::string_view event) {
  const std::size_t start = out.size();
  append_little_endian(out, event.size(), 8);
  const std::uint32_t length_crc = masked_crc(std::string_view(out).substr(start, 8));
  append_little_endian(out, length_crc, 4);
  out += event;
  append_little_endian(out, masked_crc(event), 4);
}

void append_file_version(std::string& out, TimePoint time) {
  std::string event;
  MessageWriter writer(event);
  writer.number(1, seconds(time));
  writer.bytes(3, "brain.Event:2");
  append_record(out, event);
}

void append_scalars(std::string& out, TimePoint time, std::int64_t step, const Metrics& metrics) {
  std::string summary;
  std::string value;
  for (const auto& [name, metric] : metrics) {
    const auto number = metric.number();
    if (!number) {
      continue;
    }
    value.clear();
    MessageWriter fields(value);
    fields.text(1, name);
    fields.number32(2, to_float32(*number));
    MessageWriter(summary).bytes(1, value);
  }
  if (!summary.empty()) {
    append_event(out, time, step, summary);
  }
}

void append_plugin_record(std::string& out,
                          TimePoint time,
                          std::string_view tag,
                          std::string_view content) {
  std::string plugin;
  MessageWriter(plugin).bytes(1, "hparams");
  MessageWriter(plugin).bytes(2, content);
  std::string metadata;
  MessageWriter(metadata).bytes(1, plugin);
  std::string value;
  MessageWriter(value).bytes(1, tag);
  MessageWriter(value).bytes(9, metadata);
  std::string summary;
  MessageWriter(summary).bytes(1, value);
  append_event(out, time, 0, summary);
}

}  // namespace luthier

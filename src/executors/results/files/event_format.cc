#include "executors/results/files/event_format.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/crc32c.h"
#include "base/text.h"

namespace luthier {
namespace {

constexpr std::size_t kHead = 12;  // length and its checksum
constexpr std::uint64_t kLongestRecord = std::uint64_t{64} << 20;

template <class T>
T little_endian(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

bool checks(std::string_view bytes, std::uint32_t masked) {
  return std::rotr(crc32c(0, bytes), 15) + 0xA282EAD8U == masked;
}

// The fields of one message, one after the other.
class MessageReader {
 public:
  explicit MessageReader(std::string_view bytes) : left_(bytes) {}

  // Goes to the next field; false at the end, or where the bytes are no message.
  bool next() {
    const auto key = left_.empty() ? std::nullopt : varint();
    if (!key) {
      return false;
    }
    field = static_cast<int>(*key >> 3);
    switch (*key & 7) {
      case 0: {
        const auto value = varint();
        number = value.value_or(0);
        return value.has_value();
      }
      case 1:
        return fixed(8);
      case 2: {
        const auto size = varint();
        return size && fixed(*size);
      }
      case 5:
        return fixed(4);
      default:
        return false;
    }
  }

  int field = 0;
  std::uint64_t number = 0;  // of a varint
  std::string_view bytes;    // of the others

 private:
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !left_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(left_.front());
      left_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    return std::nullopt;
  }
  bool fixed(std::uint64_t size) {
    if (size > left_.size()) {
      return false;
    }
    bytes = left_.substr(0, static_cast<std::size_t>(size));
    left_.remove_prefix(static_cast<std::size_t>(size));
    return true;
  }

  std::string_view left_;
};

// The shortest decimal of a float is what was logged, more often than its 53 bits are.
double as_logged(float value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return parse_number({text.data(), end}).value_or(value);
}

template <class T>
std::optional<double> first_of(std::string_view bytes) {
  return bytes.size() < sizeof(T) ? std::nullopt : std::optional<double>(little_endian<T>(bytes));
}

// tensor.proto: dtype 1, tensor_content 4, float_val 5, double_val 6.
std::optional<double> scalar_of_tensor(std::string_view message) {
  constexpr std::uint64_t kDouble = 2;
  std::optional<double> value;
  std::uint64_t type = 1;
  for (MessageReader reader(message); reader.next();) {
    if (reader.field == 1) {
      type = reader.number;
    } else if (reader.field == 5 || (reader.field == 4 && type != kDouble)) {
      value = first_of<float>(reader.bytes);
    } else if (reader.field == 6 || reader.field == 4) {
      value = first_of<double>(reader.bytes);
    }
  }
  return value;
}

// summary.proto, Value: tag 1, simple_value 2, tensor 8.
void add_value(std::string_view message, const std::string& run, Metrics& metrics) {
  std::string tag;
  std::optional<double> value;
  for (MessageReader reader(message); reader.next();) {
    if (reader.field == 1) {
      tag = to_utf8(reader.bytes);
    } else if (reader.field == 2 && reader.bytes.size() == sizeof(float)) {
      value = as_logged(little_endian<float>(reader.bytes));
    } else if (reader.field == 8) {
      value = scalar_of_tensor(reader.bytes);
    }
  }
  if (value && !tag.empty()) {
    metrics.set(run.empty() ? tag : run + '/' + tag, Value(*value));
  }
}

// event.proto: step 2, summary 5.
void read_event(std::string_view message, const std::string& run, std::vector<Metrics>& records) {
  Metrics metrics;
  std::int64_t step = 0;
  for (MessageReader event(message); event.next();) {
    if (event.field == 2) {
      step = static_cast<std::int64_t>(event.number);
    } else if (event.field == 5) {
      for (MessageReader summary(event.bytes); summary.next();) {
        if (summary.field == 1) {
          add_value(summary.bytes, run, metrics);
        }
      }
    }
  }
  if (!metrics.empty()) {
    metrics.set("step", Value(step));
    records.push_back(std::move(metrics));
  }
}

}  // namespace

void EventFormat::take(std::string_view bytes, std::vector<Metrics>& records) {
  if (damaged_) {
    return;
  }
  pending_ += bytes;
  std::string_view rest = pending_;
  while (rest.size() >= kHead) {
    const auto length = little_endian<std::uint64_t>(rest);
    if (length > kLongestRecord ||
        !checks(rest.substr(0, 8), little_endian<std::uint32_t>(rest.substr(8)))) {
      damaged_ = true;
      break;
    }
    if (rest.size() < kHead + length + 4) {
      break;
    }
    const std::string_view event = rest.substr(kHead, static_cast<std::size_t>(length));
    if (checks(event, little_endian<std::uint32_t>(rest.substr(kHead + length)))) {
      read_event(event, run_, records);
    }
    rest.remove_prefix(kHead + length + 4);
  }
  pending_.erase(0, pending_.size() - rest.size());
}

}  // namespace luthier

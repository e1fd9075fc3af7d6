// The bytes of fields, as docs/event_log.md describes them: of events, and of what is derived from
// them. Both are visitors for a description of a struct (event_description.h).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/log/event_codec.h"

namespace luthier {

// The type of a stored value.
enum class ValueType : std::uint8_t { null, no, yes, integer, number, text, list };

// How many enumerators a stored enumeration has.
template <class E>
inline constexpr std::uint8_t kEnumerators = 0;
template <>
inline constexpr std::uint8_t kEnumerators<Outcome> =
    static_cast<std::uint8_t>(Outcome::unrestorable) + 1;
template <>
inline constexpr std::uint8_t kEnumerators<TrialState> =
    static_cast<std::uint8_t>(TrialState::failed) + 1;
template <>
inline constexpr std::uint8_t kEnumerators<DecisionKind> =
    static_cast<std::uint8_t>(DecisionKind::stop) + 1;
template <>
inline constexpr std::uint8_t kEnumerators<ChoiceKind> =
    static_cast<std::uint8_t>(ChoiceKind::stop) + 1;

static_assert(std::endian::native == std::endian::little, "doubles are stored little-endian");

// Appends fields to bytes.
class FieldEncoder {
 public:
  explicit FieldEncoder(std::string& out) : out_(out) {}

  template <class T>
  void operator()(std::string_view /*name*/, const T& value) {
    put(value);
  }
  void byte(std::uint8_t value) { out_ += static_cast<char>(value); }
  bool too_deep() const { return too_deep_; }

 private:
  void size(std::uint64_t value) {
    while (value >= 0x80) {
      byte(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    byte(static_cast<std::uint8_t>(value));
  }
  // Zigzag: small numbers of either sign are short.
  void put(std::int64_t value) {
    size((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void put(bool value) { byte(value ? 1 : 0); }
  void put(double value) {
    std::array<char, sizeof value> bytes;
    std::memcpy(bytes.data(), &value, sizeof value);
    out_.append(bytes.data(), bytes.size());
  }
  void put(const std::string& text) {
    size(text.size());
    out_ += text;
  }
  template <class Tag>
  void put(Id<Tag> id) {
    put(id.value);
  }
  template <class E>
    requires std::is_enum_v<E>
  void put(E value) {
    byte(static_cast<std::uint8_t>(value));
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) {
      put(*value);
    }
  }
  void put(const Resources& resources) {
    put(resources.cpu);
    put(resources.gpu);
    put(resources.memory_bytes);
    put_pairs(resources.custom);
  }
  void put(const Numbers& numbers) { put_pairs(numbers); }
  void put(const NamedValues& values) { put_pairs(values); }
  template <class Pairs>
  void put_pairs(const Pairs& pairs) {
    size(pairs.size());
    for (const auto& [name, value] : pairs) {
      put(name);
      put(value);
    }
  }
  void put(const Value& value) {
    const auto& data = value.data();
    if (const auto* d = std::get_if<double>(&data)) {
      put(ValueType::number);
      put(*d);
    } else if (const auto* i = std::get_if<std::int64_t>(&data)) {
      put(ValueType::integer);
      put(*i);
    } else if (const auto* text = value.text()) {
      put(ValueType::text);
      put(*text);
    } else if (const auto* b = value.boolean()) {
      put(*b ? ValueType::yes : ValueType::no);
    } else if (const auto* list = value.list()) {
      put(*list);
    } else {
      put(ValueType::null);
    }
  }
  void put(const ValueList& list) {
    if (depth_ == kMaxListDepth) {
      too_deep_ = true;
      return;
    }
    ++depth_;
    put(ValueType::list);
    size(list.size());
    for (const auto& item : list) {
      put(item);
    }
    --depth_;
  }

  std::string& out_;
  int depth_ = 0;
  bool too_deep_ = false;
};

// Reads fields from bytes, whatever they are. Fields that are not there any more stay as they are.
class FieldDecoder {
 public:
  explicit FieldDecoder(std::string_view bytes) : left_(bytes) {}

  template <class T>
  void operator()(std::string_view /*name*/, T& value) {
    if (problem_ == nullptr && !left_.empty()) {
      get(value);
    }
  }
  // A field that earlier versions did not write, and what they meant.
  template <class T>
  void later(std::string_view /*name*/, T& value, const T& before) {
    if (problem_ == nullptr && left_.empty()) {
      value = before;
    } else if (problem_ == nullptr) {
      get(value);
    }
  }
  // Nothing, or what is wrong with the bytes.
  const char* problem() const { return problem_; }
  bool good() const { return problem_ == nullptr && !newer_; }
  bool newer() const { return newer_ || (problem_ == nullptr && !left_.empty()); }

 private:
  void fail(const char* problem) {
    if (problem_ == nullptr) {
      problem_ = problem;
    }
    left_ = {};
  }
  void fail_newer() {
    newer_ = true;
    fail("it holds a value this version does not know");
  }
  std::uint8_t byte() {
    if (left_.empty()) {
      fail("it ends in the middle of a field");
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return value;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      if (shift == 63 && next > 1) {
        break;
      }
      value |= std::uint64_t{next & 0x7FU} << shift;
      if (next < 0x80) {
        return value;
      }
    }
    fail("an integer has more than 64 bits");
    return 0;
  }
  // The number of items that follow; each takes at least `item_bytes`, so that a lie about the
  // count can't ask for more memory than the payload itself.
  std::size_t count(std::size_t item_bytes) {
    const std::uint64_t value = varint();
    if (value > left_.size() / item_bytes) {
      fail("a length goes beyond its end");
      return 0;
    }
    return static_cast<std::size_t>(value);
  }
  void get(std::int64_t& value) {
    const std::uint64_t bits = varint();
    value = static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
  }
  void get(bool& value) {
    const std::uint8_t stored = byte();
    if (stored > 1) {
      fail_newer();
    }
    value = stored == 1;
  }
  void get(double& value) {
    if (left_.size() < sizeof value) {
      return fail("it ends in the middle of a number");
    }
    std::memcpy(&value, left_.data(), sizeof value);
    left_.remove_prefix(sizeof value);
  }
  void get(std::string& text) {
    const std::size_t length = count(1);
    text.assign(left_.data(), length);
    left_.remove_prefix(length);
  }
  template <class Tag>
  void get(Id<Tag>& id) {
    get(id.value);
  }
  template <class E>
    requires std::is_enum_v<E>
  void get(E& value) {
    const std::uint8_t stored = byte();
    if (stored >= kEnumerators<E>) {
      return fail_newer();
    }
    value = static_cast<E>(stored);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool present = false;
    get(present);
    if (present) {
      get(value.emplace());
    } else {
      value.reset();
    }
  }
  void get(Resources& resources) {
    get(resources.cpu);
    get(resources.gpu);
    get(resources.memory_bytes);
    const std::size_t pairs = count(9);
    for (std::size_t i = 0; i < pairs && problem_ == nullptr; ++i) {
      std::string name;
      get(name);
      get(resources.custom[std::move(name)]);
    }
  }
  void get(Numbers& numbers) {
    const std::size_t pairs = count(9);
    numbers.resize(pairs);
    for (std::size_t i = 0; i < pairs && problem_ == nullptr; ++i) {
      get(numbers[i].first);
      get(numbers[i].second);
    }
  }
  void get(NamedValues& values) {
    const std::size_t pairs = count(2);
    values.reserve(pairs);
    for (std::size_t i = 0; i < pairs && problem_ == nullptr; ++i) {
      std::string name;
      get(name);
      values.append(std::move(name), value());
    }
  }
  Value value() {
    switch (static_cast<ValueType>(byte())) {
      case ValueType::null:
        return {};
      case ValueType::no:
        return false;
      case ValueType::yes:
        return true;
      case ValueType::integer: {
        std::int64_t integer = 0;
        get(integer);
        return integer;
      }
      case ValueType::number: {
        double number = 0;
        get(number);
        return number;
      }
      case ValueType::text: {
        std::string text;
        get(text);
        return text;
      }
      case ValueType::list:
        return list();
    }
    fail_newer();
    return {};
  }
  Value list() {
    if (depth_ == kMaxListDepth) {
      fail("its lists nest too deep");
      return {};
    }
    ++depth_;
    ValueList items(count(1));
    for (std::size_t i = 0; i < items.size() && problem_ == nullptr; ++i) {
      items[i] = value();
    }
    --depth_;
    return items;
  }

  std::string_view left_;
  const char* problem_ = nullptr;
  int depth_ = 0;
  bool newer_ = false;
};

}  // namespace luthier

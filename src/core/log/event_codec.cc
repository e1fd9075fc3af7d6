#include "core/log/event_codec.h"

#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "base/failure.h"
#include "core/log/event_description.h"

namespace luthier {
namespace {

// The documented tags: place in the variant + 1, but for the last. Reordering EventBody would
// change stored meaning.
constexpr std::size_t kPlaces = std::variant_size_v<EventBody>;
constexpr std::size_t kLastTag = 30;

constexpr std::size_t tag_at(std::size_t place) {
  return place + 1 == kPlaces ? kLastTag : place + 1;
}

// kPlaces: no event has this tag.
constexpr std::size_t place_of(std::size_t tag) {
  const bool in_row = tag > 0 && tag < kPlaces;
  return in_row ? tag - 1 : tag == kLastTag ? kPlaces - 1 : kPlaces;
}

template <class E>
consteval std::size_t tag() {
  return []<std::size_t... kI>(std::index_sequence<kI...>) {
    return ((std::same_as<E, std::variant_alternative_t<kI, EventBody>> ? tag_at(kI) : 0) + ...);
  }(std::make_index_sequence<kPlaces>());
}
static_assert(tag<ExperimentCreated>() == 1 && tag<ControllerStarted>() == 2);
static_assert(tag<TrialAdded>() == 3 && tag<SearchEnded>() == 4 && tag<TrialChosen>() == 5);
static_assert(tag<AttemptStarted>() == 6 && tag<ResultReported>() == 7);
static_assert(tag<ResultRepeated>() == 8 && tag<DecisionMade>() == 9);
static_assert(tag<CheckpointCommitted>() == 10 && tag<CheckpointRemoved>() == 11);
static_assert(tag<AttemptEnded>() == 12 && tag<TrialPaused>() == 13 && tag<TrialRequeued>() == 14);
static_assert(tag<TrialEnded>() == 15 && tag<ControlRequested>() == 16);
static_assert(tag<LimitReached>() == 17 && tag<LimitsChanged>() == 18);
static_assert(tag<ControllerStopped>() == 19 && tag<Note>() == 20);
static_assert(tag<OutputUnderstood>() == 21 && tag<Heartbeat>() == 30);
static_assert(kPlaces == 22);

enum class ValueType : std::uint8_t { null, no, yes, integer, number, text, list };

// How many enumerators a stored enumeration has.
template <class E>
constexpr std::uint8_t kEnumerators = 0;
template <>
constexpr std::uint8_t kEnumerators<Outcome> = static_cast<std::uint8_t>(Outcome::unrestorable) + 1;
template <>
constexpr std::uint8_t kEnumerators<TrialState> = static_cast<std::uint8_t>(TrialState::failed) + 1;
template <>
constexpr std::uint8_t kEnumerators<DecisionKind> =
    static_cast<std::uint8_t>(DecisionKind::stop) + 1;
template <>
constexpr std::uint8_t kEnumerators<ChoiceKind> = static_cast<std::uint8_t>(ChoiceKind::stop) + 1;

static_assert(std::endian::native == std::endian::little, "doubles are stored little-endian");

class Encoder {
 public:
  explicit Encoder(std::string& out) : out_(out) {}

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

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : left_(bytes) {}

  template <class T>
  void operator()(std::string_view /*name*/, T& value) {
    if (problem_ == nullptr && !left_.empty()) {
      get(value);
    }
  }
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
    value.reset();
    if (present) {
      get(value.emplace());
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

template <std::size_t kI>
void decode_fields(Decoder& decoder, EventBody& body) {
  describe(decoder, body.emplace<kI>());
}

template <std::size_t... kI>
constexpr auto decoders(std::index_sequence<kI...>) {
  return std::array{&decode_fields<kI>...};
}
constexpr auto kDecoders = decoders(std::make_index_sequence<kPlaces>());

Error newer_version(const std::string& what) {
  return {ErrorCode::io,
          what + ": it was written by a newer version of luthier; open it with that version"};
}

}  // namespace

std::int64_t tag_of(const EventBody& body) {
  return static_cast<std::int64_t>(tag_at(body.index()));
}

Result<> encode(const EventBody& body, std::string& out) {
  const std::size_t start = out.size();
  Encoder encoder(out);
  encoder.byte(static_cast<std::uint8_t>(tag_of(body)));
  std::visit([&](const auto& event) { describe(encoder, event); }, body);
  if (encoder.too_deep()) {
    out.resize(start);
    return failure(ErrorCode::invalid_argument,
                   "a value nests lists more than {} deep; report it as text instead",
                   kMaxListDepth);
  }
  return {};
}

Result<> decode(std::string_view bytes, EventBody& body) {
  if (bytes.empty()) {
    return Error{ErrorCode::corruption, "the event is empty"};
  }
  const auto tag = static_cast<std::uint8_t>(bytes.front());
  const std::size_t place = place_of(tag);
  if (place == kPlaces) {
    return newer_version("the event has the unknown kind " + std::to_string(tag));
  }
  Decoder decoder(bytes.substr(1));
  const auto decode_all_fields = kDecoders[place];
  decode_all_fields(decoder, body);
  const std::string what = "the event of kind " + std::to_string(tag);
  if (decoder.newer()) {
    return newer_version(what + " has fields or values this version does not know");
  }
  if (decoder.problem() != nullptr) {
    return failure(ErrorCode::corruption, "{} is damaged: {}", what, decoder.problem());
  }
  return {};
}

void encode_values(const NamedValues& values, std::string& out) {
  Encoder encoder(out);
  encoder("", values);
}

NamedValues decode_values(std::string_view bytes) {
  NamedValues values;
  Decoder decoder(bytes);
  decoder("", values);
  return values;
}

}  // namespace luthier

#include "core/log/event_codec.h"

#include <array>
#include <utility>

#include "base/failure.h"
#include "core/log/event_description.h"
#include "core/log/field_codec.h"

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

template <std::size_t kI>
void decode_fields(FieldDecoder& decoder, EventBody& body) {
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
  FieldEncoder encoder(out);
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
  FieldDecoder decoder(bytes.substr(1));
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
  FieldEncoder encoder(out);
  encoder("", values);
}

NamedValues decode_values(std::string_view bytes) {
  NamedValues values;
  FieldDecoder decoder(bytes);
  decoder("", values);
  return values;
}

}  // namespace luthier

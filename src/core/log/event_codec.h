// The byte form of an event's body, as docs/event_log.md describes it: a tag, then the fields in
// the order of event_description.h. Sequence and time are the store's to keep.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "luthier/error.h"
#include "luthier/event.h"

namespace luthier {

// Lists inside lists inside lists: deeper ones are refused in both directions.
inline constexpr int kMaxListDepth = 64;

// The tag that an event is stored under: `kind` of its row, the first byte of its payload.
std::int64_t tag_of(const EventBody& body);

// Appends the bytes of `body` to `out`. Fails with invalid_argument, leaving `out` as it was, when
// a value nests lists deeper than kMaxListDepth.
Result<> encode(const EventBody& body, std::string& out);

// Reads what encode wrote. Safe on any bytes: damaged ones give corruption, an unknown tag or
// fields this version does not know give io ("written by a newer version"). A payload that ends
// early, at the end of a field, leaves the remaining fields at their defaults: that is how older
// versions of an event read.
Result<> decode(std::string_view bytes, EventBody& body);

// The same bytes for one record of values: how state keeps configurations and metrics small.
void encode_values(const NamedValues& values, std::string& out);
// Precondition: `bytes` came from encode_values; empty bytes are an empty record.
NamedValues decode_values(std::string_view bytes);

}  // namespace luthier

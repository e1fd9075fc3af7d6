// What luthier and the workers it has on Ray's nodes say to each other, over a TCP connection for
// each worker: frames of one fixed head and a payload. python/luthier/_wire.py has the same layout.
//
//   luthier -> worker   start, input, terminate
//   worker -> luthier   alive, spawned, output, error, report, gone
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace luthier::ray_wire {

constexpr std::int64_t kVersion = 2;  // both sides must have the same

enum class Kind : std::uint8_t {
  start = 2,      // JSON: what to run
  input = 3,      // bytes for the report channel
  terminate = 4,  // u32 grace in milliseconds

  spawned = 10,  // Spawned, then JSON: where it runs
  output = 11,   // bytes of stdout
  error = 12,    // bytes of stderr
  report = 13,   // bytes of the report channel
  gone = 14,     // Gone
  alive = 15,    // the worker's first word, and its only one when there is nothing else to say
};

// Of an attempt's beginning and end, as guardian/wire.h has them.
struct Spawned {
  std::int32_t failed_errno = 0;
  std::uint32_t in_directory = 0;
};
struct Gone {
  std::int32_t wait_status = 0;
  std::uint32_t killed = 0;
  std::uint32_t over_memory = 0;
  std::uint32_t worker_is_stuck = 0;  // a function did not return: the worker has to go
  std::uint64_t peak_memory_bytes = 0;
  std::uint64_t cpu_us = 0;
  std::uint64_t wall_us = 0;
  std::uint64_t max_rss_bytes = 0;
};

// The packet at the start of a payload; what a short payload lacks is zero.
template <class Packet>
Packet packet_of(std::string_view payload) {
  Packet packet;
  std::memcpy(&packet, payload.data(), std::min(sizeof packet, payload.size()));
  return packet;
}

struct Frame {
  Kind kind = Kind::alive;
  std::int64_t trial = -1;
  std::int64_t attempt = 0;
  std::string_view payload;
};

constexpr std::size_t kHeadBytes = 4 + 1 + 8 + 8;
constexpr std::size_t kLongestPayload = std::size_t{16}
                                        << 20;  // a worker that says more is hung up on

inline void append(std::string& out,
                   Kind kind,
                   std::int64_t trial,
                   std::int64_t attempt,
                   std::string_view payload) {
  const auto length = static_cast<std::uint32_t>(payload.size());
  char head[kHeadBytes];
  std::memcpy(head, &length, 4);
  head[4] = static_cast<char>(kind);
  std::memcpy(head + 5, &trial, 8);
  std::memcpy(head + 13, &attempt, 8);
  out.append(head, kHeadBytes).append(payload);
}

enum class Taken : std::uint8_t { frame, incomplete, too_long };

// Takes the frame at `position` of `bytes` and moves on. The payload is a part of `bytes`.
inline Taken take(std::string_view bytes, std::size_t& position, Frame& frame) {
  const std::string_view rest = bytes.substr(position);
  if (rest.size() < kHeadBytes) {
    return Taken::incomplete;
  }
  std::uint32_t length = 0;
  std::memcpy(&length, rest.data(), 4);
  if (length > kLongestPayload) {
    return Taken::too_long;
  }
  if (rest.size() - kHeadBytes < length) {
    return Taken::incomplete;
  }
  frame.kind = static_cast<Kind>(rest[4]);
  std::memcpy(&frame.trial, rest.data() + 5, 8);
  std::memcpy(&frame.attempt, rest.data() + 13, 8);
  frame.payload = rest.substr(kHeadBytes, length);
  position += kHeadBytes + length;
  return Taken::frame;
}

}  // namespace luthier::ray_wire

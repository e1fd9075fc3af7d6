// What the executor `ray`, the program luthier-ray and the workers it starts say to each other:
// frames of one fixed head and a payload. Plain C++17 without a library, because luthier-ray is
// built for another string ABI; python/luthier/_wire.py has the same layout.
//
//   executor -> luthier-ray   hello, then start, input, terminate
//   luthier-ray -> executor   ready or unusable, then what workers say; refused, lost, note
//   luthier-ray -> worker     start, input, terminate
//   worker -> luthier-ray     alive, spawned, output, error, report, gone
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

namespace luthier::ray_wire {

enum class Kind : std::uint8_t {
  hello = 1,      // settings (below)
  start = 2,      // u32 length of the shape, the shape (settings), then JSON for the worker
  input = 3,      // bytes for the report channel
  terminate = 4,  // u32 grace in milliseconds

  spawned = 10,  // Spawned, then JSON: where it runs
  output = 11,   // bytes of stdout
  error = 12,    // bytes of stderr
  report = 13,   // bytes of the report channel
  gone = 14,     // Gone
  alive = 15,    // the worker's first word, and its only one when there is nothing else to say

  ready = 20,     // what the cluster has (cluster description)
  unusable = 21,  // a sentence; luthier-ray ends
  refused = 22,   // a sentence: the attempt can't run
  lost = 23,      // a sentence: the attempt's worker is gone
  note = 24,      // a sentence for a person
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

struct Frame {
  Kind kind = Kind::note;
  std::int64_t trial = -1;
  std::int64_t attempt = 0;
  std::string payload;
};

constexpr std::size_t kHeadBytes = 4 + 1 + 8 + 8;

inline void append(std::string& out,
                   Kind kind,
                   std::int64_t trial,
                   std::int64_t attempt,
                   const char* payload,
                   std::size_t size) {
  const auto length = static_cast<std::uint32_t>(size);
  char head[kHeadBytes];
  std::memcpy(head, &length, 4);
  head[4] = static_cast<char>(kind);
  std::memcpy(head + 5, &trial, 8);
  std::memcpy(head + 13, &attempt, 8);
  out.append(head, kHeadBytes);
  out.append(payload, size);
}

inline void append(std::string& out, const Frame& frame) {
  append(out, frame.kind, frame.trial, frame.attempt, frame.payload.data(), frame.payload.size());
}

// Bytes of the frame at `position` of `bytes`, its head included; 0: it is not complete yet.
inline std::size_t frame_size(const std::string& bytes, std::size_t position) {
  if (bytes.size() - position < kHeadBytes) {
    return 0;
  }
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + position, 4);
  return bytes.size() - position - kHeadBytes < length ? 0 : kHeadBytes + length;
}

// Takes the frame at `position` of `bytes` and moves on; false: it is not complete yet.
inline bool take(const std::string& bytes, std::size_t& position, Frame& frame) {
  const std::size_t size = frame_size(bytes, position);
  if (size == 0) {
    return false;
  }
  frame.kind = static_cast<Kind>(bytes[position + 4]);
  std::memcpy(&frame.trial, bytes.data() + position + 5, 8);
  std::memcpy(&frame.attempt, bytes.data() + position + 13, 8);
  frame.payload.assign(bytes, position + kHeadBytes, size - kHeadBytes);
  position += size;
  return true;
}

// Settings: "key=value" lines; a key may repeat. Calls `each(key, value)` for every line.
template <class Each>
void read_settings(const std::string& text, Each each) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = text.find('\n', begin);
    end = end == std::string::npos ? text.size() : end;
    const std::size_t equals = text.find('=', begin);
    if (equals < end) {
      each(text.substr(begin, equals - begin), text.substr(equals + 1, end - equals - 1));
    }
    begin = end + 1;
  }
}

}  // namespace luthier::ray_wire

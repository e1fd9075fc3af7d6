// What the executor and the guardian say to each other. Both are built together and run on one
// machine, so these are plain structures in packets of SOCK_SEQPACKET sockets.
//
//   executor -> guardian   SpawnRequest with descriptors, one packet an attempt or zygote
//   executor -> zygote     WarmRequest with the same descriptors, one packet an attempt
//   zygote -> guardian     WarmWarden                     at the start and the end of each
//   executor -> warden     Terminate                      on the attempt's own control socket
//   warden -> executor     Spawned, then Gone             on the same socket
//
// The end of a control socket means that the other side is gone.
#pragma once

#include <cstdint>

namespace luthier::guardian {

inline constexpr int kSocket = 3;  // the guardian's end of its socket

// Descriptors that come with a SpawnRequest, in this order; the last one may be missing.
inline constexpr int kControl = 0;
inline constexpr int kStrings = 1;
inline constexpr int kStdin = 2;
inline constexpr int kStdout = 3;
inline constexpr int kStderr = 4;
inline constexpr int kReport = 5;
inline constexpr int kPassedMax = 6;

// A zygote's descriptors.
inline constexpr int kZygoteRequests = 3;
inline constexpr int kZygoteGuardian = 4;
inline constexpr int kZygoteImage = 5;  // the guardian's program, which its wardens execute
inline constexpr int kZygoteController = 6;

// Of a warden that a zygote forked: kSocket is its control socket.
inline constexpr int kAdoptedController = 4;

// kStrings is a memory file of zero-terminated strings: working directory, program, arguments,
// environment.
struct SpawnRequest {
  std::uint32_t arguments = 0;
  std::uint32_t environment = 0;
  std::uint64_t strings_bytes = 0;
  std::uint64_t memory_bytes = 0;  // limit of the whole tree's resident memory; 0: none
  std::uint64_t zygote = 0;        // 1: a zygote (warm_start.py), whose requests come by kReport
};

// An attempt for a zygote. Its own command line begins with the first `skipped` arguments.
struct WarmRequest {
  std::uint32_t skipped = 0;
  std::uint32_t unused = 0;
  SpawnRequest program;
};

// SIGTERM for the attempt's process group at once, SIGKILL for every descendant after `grace_ms`.
struct Terminate {
  std::uint32_t grace_ms = 0;
};

enum class ReplyKind : std::uint32_t { spawned, gone, lost };

struct Spawned {
  ReplyKind kind = ReplyKind::spawned;
  std::int32_t pid = 0;
  std::int32_t failed_errno = 0;   // not 0: nothing runs
  std::uint32_t in_directory = 0;  // the working directory, not the program, was refused
};

// The root process has ended and so has, by then, every descendant.
struct Gone {
  ReplyKind kind = ReplyKind::gone;
  std::int32_t wait_status = 0;         // of waitpid
  std::uint32_t killed = 0;             // SIGKILL was sent because the grace was over
  std::uint32_t over_memory = 0;        // SIGKILL was sent because of memory_bytes
  std::uint32_t survivors = 0;          // processes that could not be killed (of another user)
  std::uint64_t peak_memory_bytes = 0;  // seen of the tree, when limited; else of the root alone
  std::uint64_t cpu_us = 0;             // user and system time of the whole tree
  std::uint64_t wall_us = 0;            // from its start to the end of the root
  std::uint64_t max_rss_bytes = 0;      // of the largest process of the tree
};

// A warden that a zygote forked is the zygote's child and becomes the guardian's when the zygote is
// gone.
struct WarmWarden {
  std::int32_t pid = 0;
  std::int32_t wait_status = 0;
  std::uint32_t ended = 0;
};

// Instead of Spawned or Gone, from a launcher of programs elsewhere: the place is out of reach, or
// (`for_good`) no place can run it.
struct Lost {
  ReplyKind kind = ReplyKind::lost;
  std::uint32_t for_good = 0;
  char reason[1000] = {};  // a sentence, zero-terminated
};

}  // namespace luthier::guardian

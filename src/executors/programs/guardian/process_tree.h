// The live descendants of this process, read from /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace luthier::guardian {

// Pids of all descendants, this process's children first. Zombies count: the threads of one whose
// first thread has left may go on.
std::vector<pid_t> descendants();

// Stops every descendant, so that none can fork away, then sends SIGKILL to all. Returns how many
// may not be signalled (of another user).
std::uint32_t kill_descendants();

// SIGKILL for each child that is not in `spared`; returns how many there were. Their children
// become this process's, if it is a sub-reaper, and the next call's.
std::uint32_t kill_children_except(const std::vector<pid_t>& spared);

// Resident memory of all descendants together; shared pages count once for each.
std::uint64_t resident_bytes();
// The same with shared pages divided among their sharers: exact, and dearer.
std::uint64_t proportional_bytes();

}  // namespace luthier::guardian

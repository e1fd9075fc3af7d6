// DiskTrials: what a log must hold after its disk failed: every event that was acknowledged, then
// at most the batch that was being written, nothing wrong, and room for more.
#pragma once

#include <functional>
#include <string>

#include "support/faulty_disk.h"

namespace luthier {

struct DiskTrial {
  bool refused = false;    // the failure was told, once, and everything after it was refused
  std::string problem;     // a sentence; empty when the log was right afterwards
  std::int64_t calls = 0;  // of `call` in the whole trial
};

// Creates a log, appends batches to it and closes it, while the n-th call fails with `error`.
// n = 0: none does.
DiskTrial fail_disk_call(DiskCall call, std::int64_t n, int error);

// The same with a writer that waits for room: from the n-th write on the disk is full for a while.
// `refused`: it was full before the log was there to be written. `calls`: how often it waited.
DiskTrial outlast_full_disk(std::int64_t n);

// Appends batches until the machine loses power after one of them; `seed` picks it, and what of
// the unsynced writes survives. Full durability: no acknowledged event may be missing.
std::string lose_power_once(std::uint64_t seed, bool full_durability);

}  // namespace luthier

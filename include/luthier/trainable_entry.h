// The C border between a worker and a library of trials: what a worker offers, and the one symbol
// that a library has. trainable_library.h makes that symbol. C++11.
#pragma once

#include <cstddef>

extern "C" {

// What a worker offers to the trial it runs. Only the thread that runs the trial calls it.
struct LuthierTrialHost {
  int version;  // 1
  void* host;
  // Sends one line of the worker protocol (docs/worker_protocol.md, without the line's end) and
  // waits for the answer, which is valid until the next call. Null: the trial is over; return.
  const char* (*tell)(void* host, const char* line);
  // Not 0: someone asked the trial to end since the last report.
  int (*stop_requested)(void* host);
};

// The type of the symbol luthier_trainable: runs one trial. `order`: JSON with trial, seed,
// iteration, config, restore and trial_directory. Returns 0, or 1 with a sentence in `message`.
// Never throws.
using LuthierTrainable = int(const char* order,
                             const LuthierTrialHost* host,
                             char* message,
                             std::size_t message_size);

}  // extern "C"

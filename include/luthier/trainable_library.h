// A training function or class in a shared library, for `luthier run --executor ray --trainable
// LIB.so`. The library exports one C symbol, `luthier_trainable`, made by the macro at the end:
//
//   LUTHIER_TRAINABLE(train)                            a function: void train(TrialContext&)
//   LUTHIER_TRAINABLE(luthier::trainable<Network>())    a class: luthier::Trainable
//
// The border is C, because workers are built for another string ABI; the library itself links
// luthier::luthier and may use whatever it likes.
#pragma once

#include <cstddef>

#include "luthier/trainable.h"

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

// Runs one trial. `order`: JSON with trial, seed, iteration, config, restore, trial_directory.
// Returns 0, or 1 with a sentence in `message`. Never throws.
using LuthierTrainable = int(const char* order,
                             const LuthierTrialHost* host,
                             char* message,
                             std::size_t message_size);

}  // extern "C"

namespace luthier {

// What the macro's function does.
int run_library_trial(const TrainFunction& train,
                      const char* order,
                      const LuthierTrialHost& host,
                      char* message,
                      std::size_t message_size);

}  // namespace luthier

#define LUTHIER_TRAINABLE(...)                                                                    \
  extern "C" __attribute__((visibility("default"))) int luthier_trainable(                        \
      const char* order, const LuthierTrialHost* host, char* message, std::size_t message_size) { \
    static const ::luthier::TrainFunction kTrain = __VA_ARGS__;                                   \
    return ::luthier::run_library_trial(kTrain, order, *host, message, message_size);             \
  }

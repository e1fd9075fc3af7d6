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
#include "luthier/trainable_entry.h"

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

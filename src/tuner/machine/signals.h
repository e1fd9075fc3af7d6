// Ctrl-C and SIGTERM for programs that ask for it: counted, never acted on in the handler.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "luthier/executor.h"

namespace luthier {

// Installs handlers while it lives and puts back what was there. One inside of another changes
// nothing.
class InterruptSignals {
 public:
  InterruptSignals();
  ~InterruptSignals();
  InterruptSignals(const InterruptSignals&) = delete;
  InterruptSignals& operator=(const InterruptSignals&) = delete;

  // Wakes this executor at each signal; nullptr: nobody.
  static void wake(Executor* executor);
  // As if this signal had come. Unlike two signals, two calls are never taken for one. Any thread.
  static void interrupt(int signal);
  // Signals so far, and the last one's number.
  static const std::atomic<int>& count();
  static int last_signal();
  static std::string_view name_of_last();  // "Ctrl-C", "SIGTERM", "SIGHUP"
};

}  // namespace luthier

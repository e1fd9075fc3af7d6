// Starting a thread, which the limits of a user or of a process may refuse.
#pragma once

#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "luthier/error.h"

namespace luthier {

// `purpose`: what it is for, as in "no thread could be started for <purpose>".
template <class Run>
Result<std::thread> new_thread(std::string_view purpose, Run run) {
  try {
    return std::thread(std::move(run));
  } catch (const std::system_error& error) {
    return Error{ErrorCode::io,
                 "no thread could be started for " + std::string(purpose) + ": " +
                     error.code().message() +
                     "; raise the limits on processes and memory (ulimit -u, ulimit -v)"};
  }
}

}  // namespace luthier

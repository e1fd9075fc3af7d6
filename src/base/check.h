// LUTHIER_CHECK: a broken promise inside this program ends it with its state. Never for anything
// the world can break: that returns a Result.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace luthier {

[[noreturn]] inline void check_failed(const char* condition,
                                      const char* file,
                                      int line,
                                      const char* state) {
  std::fprintf(
      stderr, "luthier: bug: %s does not hold at %s:%d: %s\n", condition, file, line, state);
  std::abort();
}

}  // namespace luthier

// `state` is a C string that says what was seen.
#define LUTHIER_CHECK(condition, state)                               \
  do {                                                                \
    if (!(condition)) {                                               \
      ::luthier::check_failed(#condition, __FILE__, __LINE__, state); \
    }                                                                 \
  } while (false)

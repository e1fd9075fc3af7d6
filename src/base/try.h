// Early returns of a function that returns a Result.
#pragma once

#include <utility>

// LUTHIER_TRY(check(file)): leaves the function with the error if there is one.
#define LUTHIER_TRY(...)                                            \
  do {                                                              \
    if (const auto luthier_tried = (__VA_ARGS__); !luthier_tried) { \
      return luthier_tried.error();                                 \
    }                                                               \
  } while (false)

// LUTHIER_TAKE(auto file, open(path)): declares `file` with the value, or leaves the function with
// the error. It is two statements: not for the body of an `if` without braces.
#define LUTHIER_TAKE(declaration, ...) \
  LUTHIER_TAKE_FROM(LUTHIER_TAKE_NAME(__LINE__), declaration, __VA_ARGS__)
#define LUTHIER_TAKE_FROM(result, declaration, ...) \
  auto result = (__VA_ARGS__);                      \
  if (!result) {                                    \
    return result.error();                          \
  }                                                 \
  declaration = *std::move(result)
#define LUTHIER_TAKE_NAME(line) LUTHIER_TAKE_JOINED(line)
#define LUTHIER_TAKE_JOINED(line) luthier_taken_##line

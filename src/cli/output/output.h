// stdout is data, stderr is talk; and the exit codes.
#pragma once

#include <string>
#include <string_view>

#include "luthier/error.h"

namespace luthier::cli {

inline constexpr int kSuccess = 0;
inline constexpr int kExperimentFailed = 1;  // also: a replay that differs
inline constexpr int kUsage = 2;
inline constexpr int kHeld = 3;
inline constexpr int kDamaged = 4;
inline constexpr int kSystem = 5;
inline constexpr int kInterrupted = 130;
inline constexpr int kTerminated = 143;

int exit_code(ErrorCode code);

// Data, as it is. False when stdout can't take it (said on stderr).
[[nodiscard]] bool print(std::string_view data);
// `data` printed: kSuccess, else kSystem.
int finish(std::string_view data);
// How wide lines of data may be: the terminal's columns, or those that COLUMNS says; 0, which is
// any width, where standard output is no terminal.
int output_columns();
// From now on the program goes on when the reader of what it says goes away
// (`luthier run ... 2>&1 | head`).
void outlive_readers();
// A sentence or several for a person, "luthier: " before each line. Harmless on a terminal.
void talk(std::string_view sentences);
// Says what is wrong; returns the exit code.
int fail(const Error& error);
int fail_usage(std::string message);

}  // namespace luthier::cli

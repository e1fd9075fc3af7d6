// What a SpawnRequest asks to be executed.
#pragma once

#include <vector>

#include "executors/programs/guardian/wire.h"

namespace luthier::guardian {

struct Command {
  const char* directory = nullptr;
  const char* program = nullptr;
  std::vector<char*> arguments;    // ends with nullptr
  std::vector<char*> environment;  // ends with nullptr
};

// Reads the memory file `strings`, which stays mapped for as long as this process lives.
bool read_command(const SpawnRequest& request, int strings, Command& command);

// A program begins with no signal blocked. Async-signal-safe.
void unblock_signals();

}  // namespace luthier::guardian
